import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { AdminClients } from "../../shared/admin/admin-clients.ts";
import type { Instance } from "../../shared/pause/instance.ts";
import { type EmbeddedGate, embeddedGate } from "../admin/embedded-gate.ts";
import { type BareServer, startBareServer } from "./bare-server.ts";
import { scalarAdmin } from "./scalar-admin.ts";

const DEADLINE = { deadlineMs: 10_000 };
const DRAIN = { drainWaitMs: 5_000, deadlineMs: 10_000 };

const clients = new AdminClients({ clock: () => performance.now() });
afterAll(() => clients.close());

async function gatesOf(...instances: Instance[]): Promise<string[]> {
  const answers = await clients.checkPaused(instances, DEADLINE);
  return answers.map(({ kind }) => kind);
}

describe("scalar-admin and our client on a real ScalarDB Server", () => {
  let peer: BareServer;
  let instance: Instance;
  beforeAll(async () => {
    peer = await startBareServer();
    instance = { component: "scalardb-server", ...peer.address };
  });
  afterEach(() => clients.unpause([instance], DEADLINE));
  afterAll(() => peer.close());

  test("scalar-admin finds a server paused that we paused, and its unpause is one that we see", async () => {
    const [paused] = await clients.pause([instance], DRAIN);
    expect(paused?.kind).toBe("paused");
    const check = await scalarAdmin("CHECK_PAUSED", [instance]);
    expect(check.output).toContain(`"127.0.0.1:${instance.port}": "true"`);
    const unpause = await scalarAdmin("UNPAUSE", [instance]);
    expect(unpause).toMatchObject({ exit: 0, output: expect.stringContaining("Unpause started at") });
    expect(await gatesOf(instance)).toEqual(["open"]);
  });

  test("a pause by scalar-admin closes the gate for us, and its time lies between the command's start and end", async () => {
    const beforeMs = Date.now();
    const pause = await scalarAdmin("PAUSE", [instance]);
    const afterMs = Date.now();
    const completedMs = Number(/Pause completed at \S+ UTC \((\d+)\)/.exec(pause.output)?.[1]);
    expect(completedMs).toBeGreaterThanOrEqual(beforeMs);
    expect(completedMs).toBeLessThanOrEqual(afterMs);
    expect(await gatesOf(instance)).toEqual(["closed"]);
  });

  test("a pause by scalar-admin that cannot drain fails, and we find the gate open again", async () => {
    const end = await peer.beginRequest();
    const pause = await scalarAdmin("PAUSE", [instance], "-m", "500");
    expect(pause).toMatchObject({ exit: 1, output: expect.stringContaining("FAILED_PRECONDITION") });
    expect(await gatesOf(instance)).toEqual(["open"]);
    await end();
  });

  test("a pause by scalar-admin that one of two servers refuses leaves the other paused, and we find it", async () => {
    const other = await embeddedGate("scalardb-server");
    onTestFinished(other.close);
    const end = await other.beginRequest();
    const pause = await scalarAdmin("PAUSE", [instance, other.instance], "-m", "500");
    await end();
    expect(pause.exit).toBe(1);
    expect(await gatesOf(instance, other.instance)).toEqual(["closed", "open"]);
  });
});

describe("scalar-admin on the embedded ledger's admin server", () => {
  let ledger: EmbeddedGate;
  let other: EmbeddedGate;
  beforeAll(async () => {
    ledger = await embeddedGate("scalardl-3.14");
    other = await embeddedGate("scalardl-3.14");
  });
  afterEach(() => {
    ledger.gate.unpause();
    other.gate.unpause();
  });
  afterAll(() => Promise.all([ledger.close(), other.close()]));

  test("it pauses, checks and unpauses two instances at once", async () => {
    const both = [ledger.instance, other.instance];
    expect(await scalarAdmin("PAUSE", both)).toMatchObject({ exit: 0 });
    expect([ledger.gate.checkPaused(), other.gate.checkPaused()]).toEqual([true, true]);
    const check = await scalarAdmin("CHECK_PAUSED", both);
    for (const { port } of both) expect(check.output).toContain(`"127.0.0.1:${port}": "true"`);
    expect(await scalarAdmin("UNPAUSE", both)).toMatchObject({ exit: 0 });
    expect(await gatesOf(...both)).toEqual(["open", "open"]);
  });

  test("its pause waits for outstanding requests", async () => {
    const end = await ledger.beginRequest();
    const pause = scalarAdmin("PAUSE", [ledger.instance]);
    await vi.waitFor(() => expect(ledger.gate.checkPaused()).toBe(true), { timeout: 30_000 });
    await end();
    expect((await pause).output).toContain("Pause completed at");
  });

  test("it shows the embedded ledger's reason for a failed drain as a real ledger's", async () => {
    const end = await ledger.beginRequest();
    const pause = await scalarAdmin("PAUSE", [ledger.instance], "-m", "500");
    await end();
    const reason =
      "FAILED_PRECONDITION: Pause did not complete: outstanding requests were not drained within 500 ms; the gate has been reopened";
    expect(pause).toMatchObject({ exit: 1, output: expect.stringContaining(reason) });
  });

  test("it is told that a limit of zero is invalid, in a real ledger's words", async () => {
    const pause = await scalarAdmin("PAUSE", [ledger.instance], "-m", "0");
    const words =
      "INVALID_ARGUMENT: max_pause_wait_time must be greater than 0 ms, but was 0 ms; leave it unset to use the default of 30000 ms";
    expect(pause).toMatchObject({ exit: 1, output: expect.stringContaining(words) });
  });
});
