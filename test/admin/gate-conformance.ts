import { type Client, createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import type { GateSemantics } from "../../rehearsal/ledger/gate.ts";
import { AdminClients } from "../../shared/admin/admin-clients.ts";
import { Admin } from "../../shared/gen/scalar_admin_pb.ts";
import { addressOf, type PauseOutcome } from "../../shared/pause/instance.ts";

/** A server under test, whoever wrote it. */
export interface GateUnderTest {
  readonly address: { readonly host: string; readonly port: number };
  readonly semantics: GateSemantics;
  /** Opens an outstanding request and answers a function that ends it; waits or rejects while the gate is closed. */
  beginRequest(): Promise<() => Promise<void>>;
  close(): Promise<void>;
}

type Kind = PauseOutcome["kind"];

/** Where the semantics part, in one place: what the documents and the measurements on real servers say. */
interface Documented {
  /** A second pause whose drain fails while an earlier one holds the gate, and whether the gate is closed then. */
  readonly failsUnderEarlierPause: { readonly kind: Kind; readonly closed: boolean };
  /** A short pause beside a longer one that still drains; what becomes of the longer one once the request ends. */
  readonly besideAnother: { readonly short: Kind; readonly long: Kind; readonly closed: boolean };
  /** A pause during whose drain somebody unpaused, before the request ends. */
  readonly unpausedDuringDrain: Kind;
  /** A wait limit of zero, with nothing outstanding. */
  readonly zeroLimit: "paused" | "invalid-argument";
}

const DOCUMENTED: Readonly<Record<GateSemantics, Documented>> = {
  "scalardl-3.14": {
    failsUnderEarlierPause: { kind: "held-by-another", closed: true },
    besideAnother: { short: "pause-in-progress", long: "paused", closed: true },
    unpausedDuringDrain: "opened-during-drain",
    zeroLimit: "invalid-argument",
  },
  "scalardl-3.13": {
    failsUnderEarlierPause: { kind: "drain-timed-out", closed: false },
    besideAnother: { short: "drain-timed-out", long: "drain-timed-out", closed: false },
    unpausedDuringDrain: "drain-timed-out",
    zeroLimit: "paused",
  },
  "scalardb-server": {
    failsUnderEarlierPause: { kind: "drain-timed-out", closed: false },
    // Answers OK with the gate open: why an OK has to be confirmed by CheckPaused.
    besideAnother: { short: "drain-timed-out", long: "paused", closed: false },
    unpausedDuringDrain: "paused",
    zeroLimit: "paused",
  },
};

const SHORT_MS = 250;
const LONG_MS = 10_000;
// Timers of two machines' worth of software may disagree by a little.
const SLACK_MS = 25;
const CONDITION = { timeout: 5_000, interval: 10 };

/** Holds a server against the documented behaviour of its semantics. */
export function describeGate(name: string, start: () => Promise<GateUnderTest>): void {
  describe(name, () => {
    let server: GateUnderTest;
    let clients: AdminClients;
    let raw: Client<typeof Admin>;
    let documented: Documented;
    const unended = new Set<() => Promise<void>>();

    const instance = () => ({ component: "server", ...server.address });
    const pauseFor = async (drainWaitMs: number, of = clients) =>
      outcomeOf(await of.pause([instance()], { drainWaitMs, deadlineMs: drainWaitMs + 5_000 }));
    const unpause = async () => outcomeOf(await clients.unpause([instance()], { deadlineMs: 5_000 })).kind;
    const gate = async () => outcomeOf(await clients.checkPaused([instance()], { deadlineMs: 5_000 })).kind;
    const closed = () => vi.waitFor(async () => expect(await gate()).toBe("closed"), CONDITION);
    const request = async () => {
      const end = await server.beginRequest();
      const once = async () => {
        if (unended.delete(once)) await end();
      };
      unended.add(once);
      return once;
    };

    beforeAll(async () => {
      server = await start();
      documented = DOCUMENTED[server.semantics];
      clients = new AdminClients({ clock: () => performance.now() });
      raw = createClient(Admin, createGrpcTransport({ baseUrl: `http://${addressOf(server.address)}` }));
    }, 60_000);
    afterEach(async () => {
      for (const end of [...unended]) await end();
      await unpause();
    });
    afterAll(async () => {
      clients.close();
      await server.close();
    });

    test("a pause closes the gate and an unpause opens it, each as often as one likes", async () => {
      expect(await gate()).toBe("open");
      expect(await unpause()).toBe("ok");
      expect((await pauseFor(LONG_MS)).kind).toBe("paused");
      expect((await pauseFor(LONG_MS)).kind).toBe("paused");
      expect(await gate()).toBe("closed");
      expect(await unpause()).toBe("ok");
      expect(await gate()).toBe("open");
    });

    test("the gate says closed while it still drains, and the pause ends with the last request", async () => {
      const end = await request();
      const pause = pauseFor(LONG_MS);
      await closed();
      await end();
      const outcome = await pause;
      expect(outcome.kind).toBe("paused");
      expect(outcome.answeredMs - outcome.sentMs).toBeLessThan(LONG_MS);
      expect(await gate()).toBe("closed");
    });

    test("a drain that does not end within its limit fails and opens the gate again", async () => {
      await request();
      const outcome = await pauseFor(SHORT_MS);
      expect(outcome.kind).toBe("drain-timed-out");
      expect(outcome.answeredMs - outcome.sentMs).toBeGreaterThanOrEqual(SHORT_MS - SLACK_MS);
      expect(await gate()).toBe("open");
    });

    test("a pause that need not wait closes the gate over outstanding requests", async () => {
      await request();
      await raw.pause({});
      expect(await gate()).toBe("closed");
    });

    test("a pause that fails under an earlier pause does to the gate what its version does", async () => {
      await request();
      await raw.pause({ waitOutstanding: false });
      const { kind, closed } = documented.failsUnderEarlierPause;
      expect((await pauseFor(SHORT_MS)).kind).toBe(kind);
      expect(await gate()).toBe(closed ? "closed" : "open");
    });

    test("pauses side by side do to each other what their version does", async () => {
      const end = await request();
      const long = pauseFor(LONG_MS);
      await closed();
      const short = await pauseFor(SHORT_MS);
      expect(short.kind).toBe(documented.besideAnother.short);
      await end();
      expect((await long).kind).toBe(documented.besideAnother.long);
      expect(await gate()).toBe(documented.besideAnother.closed ? "closed" : "open");
    });

    test("an unpause in the middle of a drain opens the gate, and the pause ends as its version does", async () => {
      const end = await request();
      const pause = pauseFor(LONG_MS);
      await closed();
      expect(await unpause()).toBe("ok");
      // The newer ones answer at once, the oldest only when the drain ends, and then with a false OK.
      if (documented.unpausedDuringDrain === "paused") await end();
      expect((await pause).kind).toBe(documented.unpausedDuringDrain);
      expect(await gate()).toBe("open");
    });

    test("a pause that waits behind another closes the gate again after an unpause", async ({ skip }) => {
      skip(server.semantics !== "scalardl-3.14", "before 3.14 pauses do not wait for each other");
      const end = await request();
      const first = pauseFor(LONG_MS);
      await closed();
      const queued = pauseFor(LONG_MS);
      await expect(raw.pause({})).rejects.toThrow("another pause request is in progress");
      // The server reads one connection in order: the refusal above says that the queued pause is there.
      expect(await unpause()).toBe("ok");
      expect((await first).kind).toBe("opened-during-drain");
      expect(await gate()).toBe("closed");
      await end();
      expect((await queued).kind).toBe("paused");
    });

    test("a limit of zero is refused or read as the default, as its version does", async () => {
      const pause = raw.pause({ waitOutstanding: true, maxPauseWaitTime: 0n });
      if (documented.zeroLimit === "paused") await expect(pause).resolves.toBeDefined();
      else
        await expect(pause).rejects.toThrow(
          "[invalid_argument] max_pause_wait_time must be greater than 0 ms",
        );
      expect(await gate()).toBe(documented.zeroLimit === "paused" ? "closed" : "open");
    });

    test("a pause whose client gave up runs on at the server, and nobody owns what it leaves", async () => {
      const end = await request();
      const gaveUp = raw.pause(
        { waitOutstanding: true, maxPauseWaitTime: BigInt(LONG_MS) },
        { timeoutMs: 100 },
      );
      await expect(gaveUp).rejects.toThrow("deadline_exceeded");
      expect(await gate()).toBe("closed");
      await end();
      expect(await gate()).toBe("closed");
    });

    test("a pause whose connection was cut runs on at the server", async () => {
      const end = await request();
      const others = new AdminClients({ clock: () => performance.now() });
      const cut = pauseFor(LONG_MS, others);
      await closed();
      others.close();
      expect((await cut).kind).toBe("unknown");
      expect(await gate()).toBe("closed");
      await end();
      expect(await gate()).toBe("closed");
    });

    test("requests at a closed gate are held or refused, and are not outstanding", async () => {
      expect((await pauseFor(LONG_MS)).kind).toBe("paused");
      const late = request();
      if (server.semantics === "scalardb-server") {
        await expect(late).rejects.toThrow("the server is paused");
        return;
      }
      expect((await pauseFor(SHORT_MS)).kind).toBe("paused");
      expect(await unpause()).toBe("ok");
      await (await late)();
    });
  });
}

function outcomeOf<T>(outcomes: readonly T[]): T {
  const [outcome] = outcomes;
  if (outcome === undefined) throw new Error("no outcome for the one instance");
  return outcome;
}
