import { type ChildProcess, spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { setImmediate as turn } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import { COLLECTIONS, revisionOf, type Store, type Version } from "../../shared/catalog/store.ts";
import { ROUNDS } from "./writer.ts";

const WRITER = fileURLToPath(new URL("./writer.ts", import.meta.url));
const KILLS = 12;
const MOST_LINES_BEFORE_KILL = 12;
/** Longer than one round of the writer, so that each of its moments has its turn. */
const LATEST_KILL_MS = 8;
const LARGE = 2_000_000;
const RIVALS = 3;
const PROCESS_TEST_MS = 60_000;

export interface StoreUnderTest {
  /** URL of a module that exports `openStore(location)`: other processes open the same store with it. */
  readonly opener: string;
  /** A new, empty place for one test. */
  readonly newLocation: () => Promise<string>;
  /** Where it reaches only as far as one process, what other processes do to it is left out. */
  readonly reach?: "process" | "processes";
}

/** What every store must do, whatever it is made of. */
export function describeStore(
  name: string,
  { opener, newLocation, reach = "processes" }: StoreUnderTest,
): void {
  const processTest = test.skipIf(reach === "process");
  describe(name, () => {
    let openStore: (location: string) => Store;
    beforeAll(async () => {
      ({ openStore } = await import(opener));
    });
    const open = async () => openStore(await newLocation());

    test("an empty store answers that there is nothing", async () => {
      const store = await open();
      expect(await store.read("runs", "r")).toBeUndefined();
      expect(await store.list("runs")).toEqual({ records: [], damaged: [] });
      expect(await store.journal("r")).toEqual([]);
    });

    test("a record is read back as it was written, with the version that the write answered", async () => {
      const store = await open();
      const value = {
        text: '日本 \u0000 \ud83d\ude80 "\\\n',
        nothing: null,
        list: [1, -0.5, true],
        deep: { er: {} },
      };
      const version = await store.write("runs", "r", value, "absent");
      expect(await store.read("runs", "r")).toMatchObject({ id: "r", value, version });
      expect(await store.read("points", "r")).toBeUndefined();
    });

    test("each collection keeps records of its own under the same id", async () => {
      const store = await open();
      for (const collection of COLLECTIONS)
        await store.write(collection, "same", { of: collection }, "absent");
      for (const collection of COLLECTIONS) {
        expect((await store.read(collection, "same"))?.value).toEqual({ of: collection });
        expect((await store.list(collection)).records.map(({ id }) => id)).toEqual(["same"]);
      }
    });

    test("a record of 2 MB and a journal entry of 2 MB come back whole", async () => {
      const store = await open();
      const values = [{ fill: "ä".repeat(LARGE / 2) }, incompressible()];
      for (const [index, value] of values.entries()) {
        await store.write("points", `large-${index}`, value, "absent");
        await store.append("large", index, value);
        expect(digest((await store.read("points", `large-${index}`))?.value)).toBe(digest(value));
      }
      const digests = values.map(digest);
      expect((await store.list("points")).records.map(({ value }) => digest(value))).toEqual(digests);
      expect((await store.journal("large")).map(digest)).toEqual(digests);
    });

    test("of writers of large records that write at once exactly one succeeds, and its value is whole", async () => {
      const store = await open();
      const values = Array.from({ length: RIVALS }, () => incompressible());
      const writes = values.map((value) => store.write("points", "large", value, "absent"));
      const outcomes = await Promise.allSettled(writes);
      const won = outcomes.findIndex(({ status }) => status === "fulfilled");
      for (const [rival, outcome] of outcomes.entries())
        if (rival !== won) expect(outcome).toMatchObject({ reason: { code: "CATALOG_CONFLICT" } });
      const { value: version } = outcomes[won] as PromiseFulfilledResult<Version>;
      const found = await store.read("points", "large");
      expect([digest(found?.value), found?.version]).toEqual([digest(values[won]), version]);
    });

    test("who reads while a large record is rewritten sees one of its versions, and never a mixture", async () => {
      const location = await newLocation();
      const [writer, reader] = [openStore(location), openStore(location)];
      const values = [incompressible(), { small: true }, incompressible(), incompressible()];
      let version = await writer.write("points", "large", values[0], "absent");
      let writing = true;
      const seen: string[] = [];
      const reading = (async () => {
        for (; writing; await turn()) {
          seen.push(digest((await reader.read("points", "large"))?.value));
          const { records, damaged } = await reader.list("points");
          expect(damaged).toEqual([]);
          seen.push(digest(records[0]?.value));
        }
      })();
      for (const value of values.slice(1)) version = await writer.write("points", "large", value, version);
      writing = false;
      await reading;
      expect(seen.length).toBeGreaterThan(0);
      const whole = values.map(digest);
      for (const one of seen) expect(whole).toContain(one);
    });

    test("of two that append a large entry at once one is told, and the entry is whole", async () => {
      const location = await newLocation();
      const entries = [incompressible(), incompressible()];
      const appends = entries.map((entry) => openStore(location).append("run", 0, entry));
      const outcomes = await Promise.allSettled(appends);
      const won = outcomes.findIndex(({ status }) => status === "fulfilled");
      expect(outcomes[1 - won]).toMatchObject({ reason: { code: "CATALOG_CONFLICT" } });
      await openStore(location).append("run", 1, "small");
      const journal = await openStore(location).journal("run");
      expect(journal.map(digest)).toEqual([entries[won], "small"].map(digest));
    });

    test("open records are those that a sweep must look after, and no change of theirs is missed", async () => {
      const store = await open();
      const ids = async () => (await store.listOpen("pauses")).records.map(({ id }) => id);
      const large = { state: "unsettled", fill: incompressible() };
      let version = await store.write("pauses", "b", { state: "open" }, "absent");
      await store.write("pauses", "closed", { state: "closed" }, "absent");
      await store.write("pauses", "a", { no: "state" }, "absent");
      await store.write("points", "c", { state: "open" }, "absent");
      expect(await ids()).toEqual(["a", "b"]);
      for (const state of ["swept", "unsettled", "closed"])
        version = await store.write("pauses", "b", { state }, version);
      expect(await ids()).toEqual(["a"]);
      version = await store.write("pauses", "b", large, version);
      const [, found] = (await store.listOpen("pauses")).records;
      expect([digest(found?.value), found?.version]).toEqual([digest(large), version]);
      await store.write("pauses", "b", { state: "closed" }, version);
      expect(await ids()).toEqual(["a"]);
      expect(await store.listOpen("points")).toEqual({ records: [], damaged: [] });
    });

    test("the revision of a record grows with every write", async () => {
      const store = await open();
      let version = await store.write("runs", "r", 0, "absent");
      for (let round = 1; round <= 5; round++) {
        const next = await store.write("runs", "r", round, version);
        expect(revisionOf(next)).toBeGreaterThan(revisionOf(version));
        version = next;
      }
    });

    test("a record is not created where there is one", async () => {
      const store = await open();
      await store.write("leases", "payments", { by: "first" }, "absent");
      const second = store.write("leases", "payments", { by: "second" }, "absent");
      await expect(second).rejects.toMatchObject({ code: "CATALOG_CONFLICT" });
      expect((await store.read("leases", "payments"))?.value).toEqual({ by: "first" });
    });

    test("a record is not written over a version that nobody read", async () => {
      const store = await open();
      await expect(store.write("runs", "r", 1, "0123")).rejects.toMatchObject({ code: "CATALOG_CONFLICT" });
      const first = await store.write("runs", "r", 1, "absent");
      await store.write("runs", "r", 2, first);
      await expect(store.write("runs", "r", 3, first)).rejects.toMatchObject({ code: "CATALOG_CONFLICT" });
      expect((await store.read("runs", "r"))?.value).toBe(2);
    });

    test("a record that returns to an earlier value does not return to its version", async () => {
      const store = await open();
      const first = await store.write("runs", "r", "open", "absent");
      const second = await store.write("runs", "r", "swept", first);
      const third = await store.write("runs", "r", "open", second);
      expect(new Set([first, second, third]).size).toBe(3);
    });

    test("of writers that write at once exactly one succeeds", async () => {
      const store = await open();
      const winners = async (expected: Version | "absent") => {
        const writes = Array.from({ length: 10 }, (_, by) =>
          store.write("runs", "r", { by, expected }, expected),
        );
        const done = (await Promise.allSettled(writes)).filter(({ status }) => status === "fulfilled");
        return done.map((outcome) => (outcome as PromiseFulfilledResult<Version>).value);
      };
      const created = await winners("absent");
      expect(created).toHaveLength(1);
      expect(await winners(created[0] as Version)).toHaveLength(1);
    });

    test("ids may hold anything, and records are listed in the order of their ids", async () => {
      const store = await open();
      const ids = [
        "b",
        "a",
        "B",
        "日本",
        "é",
        "e\u0301",
        "..",
        ".",
        ".lock",
        "/etc/passwd",
        "a/b",
        "a\\b",
        "a?#%2F",
        "a b",
      ];
      ids.push("x".repeat(300), `${"x".repeat(299)}y`, "\u{1f680}", "2026-11-21T18:00:00Z");
      for (const id of ids) await store.write("pauses", id, { of: id }, "absent");
      const { records, damaged } = await store.list("pauses");
      expect(damaged).toEqual([]);
      expect(records.map(({ id }) => id)).toEqual([...ids].sort());
      for (const { id, value, version } of records) {
        expect(value).toEqual({ of: id });
        expect((await store.read("pauses", id))?.version).toBe(version);
      }
      for (const id of ids) await store.append(id, 0, { of: id });
      for (const id of ids) expect(await store.journal(id)).toEqual([{ of: id }]);
    });

    test("a journal keeps its entries in order and refuses an index that is not the next", async () => {
      const store = await open();
      for (const index of [0, 1, 2]) await store.append("run", index, { index, text: "ü\n" });
      await expect(store.append("run", 2, {})).rejects.toMatchObject({ code: "CATALOG_CONFLICT" });
      await expect(store.append("run", 4, {})).rejects.toMatchObject({ code: "CATALOG_CONFLICT" });
      expect(await store.journal("run")).toEqual([0, 1, 2].map((index) => ({ index, text: "ü\n" })));
    });

    test("of two runners of one run, the second is told at its first entry", async () => {
      const location = await newLocation();
      const [first, second] = [openStore(location), openStore(location)];
      await first.append("run", 0, "a");
      await second.append("run", 1, "b");
      await expect(first.append("run", 1, "c")).rejects.toMatchObject({ code: "CATALOG_CONFLICT" });
      expect(await first.journal("run")).toEqual(["a", "b"]);
    });

    processTest("two processes that count together lose nothing", { timeout: PROCESS_TEST_MS }, async () => {
      const location = await newLocation();
      const writers = [start("count", location), start("count", location)];
      const ends = await Promise.all(writers.map((writer) => once(writer, "exit")));
      expect(ends.map(([status]) => status)).toEqual([0, 0]);
      const store = openStore(location);
      expect((await store.read("runs", "counter"))?.value).toBe(2 * ROUNDS);
      expect(await store.journal("counted")).toEqual(Array.from({ length: 2 * ROUNDS }, (_, index) => index));
    });

    processTest(
      "a writer killed at any moment leaves all whole and blocks nobody",
      {
        timeout: PROCESS_TEST_MS,
      },
      async () => {
        const location = await newLocation();
        for (let kill = 0; kill < KILLS; kill++) {
          const durable = await killedAfterLines(
            location,
            1 + Math.floor(Math.random() * MOST_LINES_BEFORE_KILL),
          );
          await expectWhole(openStore(location), durable);
        }
      },
    );

    function start(work: string, location: string): ChildProcess {
      return spawn(process.execPath, [WRITER, work, opener, location], {
        stdio: ["ignore", "pipe", "inherit"],
      });
    }

    /** Answers the last entry that the writer had called durable before it died. */
    async function killedAfterLines(location: string, lines: number): Promise<number> {
      const writer = start("churn", location);
      const exited = once(writer, "exit");
      let durable = -1;
      let seen = 0;
      for await (const line of createInterface({ input: writer.stdout as NodeJS.ReadableStream })) {
        durable = Number(line);
        if (++seen === lines) setTimeout(() => writer.kill("SIGKILL"), Math.random() * LATEST_KILL_MS);
      }
      await exited;
      return durable;
    }
  });
}

/** A value of 2 MB that no compression makes small. */
function incompressible(): unknown {
  return { fill: randomBytes((LARGE * 3) / 4).toString("base64") };
}

/** Of large values, which nobody wants to see in a failure. */
function digest(value: unknown): string {
  return createHash("sha256")
    .update(JSON.stringify(value) ?? "nothing")
    .digest("hex");
}

async function expectWhole(store: Store, durable: number): Promise<void> {
  const { records, damaged } = await store.list("runs");
  expect(damaged).toEqual([]);
  for (const { value } of records) {
    const { fill, length } = value as { fill: string; length: number };
    expect(fill).toHaveLength(length);
  }
  const entries = (await store.journal("churned")) as { next: number }[];
  expect(entries.length).toBeGreaterThan(durable);
  expect(entries.map(({ next }) => next)).toEqual(entries.map((_, index) => index));
  await store.append("churned", entries.length, { next: entries.length });
  const before = await store.read("runs", "churned-0");
  await store.write("runs", "churned-0", { fill: "", length: 0 }, before?.version ?? "absent");
}
