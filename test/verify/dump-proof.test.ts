import { expect, test } from "vitest";
import { type DatabaseWindow, DEFAULT_CLOCKS, type Subject } from "../../shared/verify/subject.ts";
import { verifyCopy } from "../../shared/verify/verify-copy.ts";
import {
  changed,
  loadFixture,
  type MemoryTables,
  openLabSecret,
  rowsOf,
  sourceOf,
} from "./fixture-source.ts";

const LEDGER = loadFixture("ledger-postgres.jsonl.gz");
const BROKEN = loadFixture("ledger-jdbc-read-committed-broken-postgres.jsonl.gz");
const SNAPSHOT: Subject = { kind: "dump", basis: "snapshot" };
const BOUND_MS = DEFAULT_CLOCKS.scalarClockBoundMs;

/** When the ledger committed for the last time. */
const LAST_MS = Math.max(...rowsOf(LEDGER, "coordinator.state").map((row) => Number(row["tx_created_at"])));

function inWindow(window: DatabaseWindow): Subject {
  return { kind: "dump", basis: "window", window };
}

/** A pause of some seconds that began when the last transaction had long been committed. */
const AFTER_ALL = inWindow({ startMs: LAST_MS + 5_000, endMs: LAST_MS + 10_000 });

function verify(subject: Subject, tables: MemoryTables = LEDGER) {
  return verifyCopy({ sources: [sourceOf(tables)], subject, openSecret: openLabSecret });
}

function without(name: string, tables = LEDGER): MemoryTables {
  return {
    ...tables,
    tables: tables.tables.filter(({ namespace, table }) => `${namespace}.${table}` !== name),
  };
}

test("one snapshot of the ledger's database is proven, and the proof says what it rests on", async () => {
  const { proof, findings, notChecked } = await verify(SNAPSHOT);
  expect(findings).toEqual([]);
  expect(proof).toMatchObject({
    kind: "proven",
    reason: expect.stringContaining("one transaction of one database"),
    restsOn: [
      expect.stringContaining("checksum"),
      expect.stringContaining("isolation"),
      expect.stringContaining("in this one database"),
    ],
  });
  expect(notChecked.join()).not.toContain("leaves no trace");
});

test("the clocks of ScalarDB say nothing against one snapshot, whatever its rows are dated", async () => {
  const late = changed(LEDGER, "scalar.asset", (rows) =>
    rows.map((row) => ({ ...row, tx_prepared_at: Date.UTC(2100, 0), tx_committed_at: Date.UTC(2100, 0) })),
  );
  expect((await verify(SNAPSHOT, late)).proof.kind).toBe("proven");
});

test("one snapshot is disproven where a row of it says so", async () => {
  const torn = changed(LEDGER, "scalar.asset", (rows) => rows.slice(1));
  expect((await verify(SNAPSHOT, torn)).proof.kind).toBe("disproven");
});

test("commits inside a pause are told of, and leave one snapshot of one database proven", async () => {
  const window = { startMs: LAST_MS - 5_000, endMs: LAST_MS + 5_000 };
  const { proof, findingCounts } = await verify({ kind: "dump", basis: "snapshot", window });
  expect(proof.kind).toBe("proven");
  expect(findingCounts["written-while-paused"]).toBeGreaterThan(0);
});

test("nothing is proven of a dump without its coordinator", async () => {
  for (const subject of [SNAPSHOT, AFTER_ALL])
    expect((await verify(subject, without("coordinator.state"))).proof).toMatchObject({
      kind: "unproven",
      reason: expect.stringContaining("no coordinator table"),
    });
});

test("data that the JDBC transaction manager broke before the backup is disproven, as a dump too", async () => {
  const { proof } = await verify(SNAPSHOT, BROKEN);
  expect(proof.kind).toBe("disproven");
});

test("snapshots of several databases are proven where nothing is dated inside their pause", async () => {
  expect((await verify(AFTER_ALL)).proof).toMatchObject({
    kind: "proven",
    reason: expect.stringContaining("nothing in them is dated inside it"),
    restsOn: [
      expect.stringContaining("checksum"),
      expect.stringContaining("the pause held"),
      expect.stringContaining(`within ${BOUND_MS} ms`),
      expect.stringContaining("in these databases"),
    ],
  });
});

test("a commit inside the pause disproves snapshots of several databases", async () => {
  const subject = inWindow({ startMs: LAST_MS - 5_000, endMs: LAST_MS + 5_000 });
  expect((await verify(subject)).proof).toMatchObject({
    kind: "disproven",
    reason: expect.stringContaining("was committed inside the pause"),
  });
});

test("a row that is only prepared inside the pause keeps snapshots of several databases from being proven", async () => {
  const inside = LAST_MS + 7_500;
  const [first, ...others] = rowsOf(LEDGER, "scalar.asset_metadata");
  const doubtful = { ...first, tx_id: "late", tx_state: 1, tx_prepared_at: inside, tx_committed_at: null };
  const before = Object.fromEntries(
    Object.entries(first ?? {})
      .filter(([name]) => name === "latest_age" || name.startsWith("tx_"))
      .map(([name, value]) => [`before_${name}`, value]),
  );
  const written = { ...doubtful, ...before, tx_version: Number(first?.["tx_version"]) + 1 };
  const tables = changed(LEDGER, "scalar.asset_metadata", () => [written, ...others]);
  expect((await verify(AFTER_ALL, tables)).proof).toMatchObject({
    kind: "unproven",
    reason: expect.stringContaining('"late"'),
  });
});

test("a pause that is too short for the clocks proves nothing of snapshots of several databases", async () => {
  const subject = inWindow({ startMs: LAST_MS + 5_000, endMs: LAST_MS + 5_000 + 2 * BOUND_MS - 1 });
  expect((await verify(subject)).proof).toMatchObject({
    kind: "unproven",
    reason: expect.stringContaining("lasted 1999 ms"),
  });
});

test("what is dated after the pause cannot be in snapshots that were taken inside it", async () => {
  const subject = inWindow({ startMs: LAST_MS - 60_000, endMs: LAST_MS - 50_000 });
  const { proof, findingCounts } = await verify(subject);
  expect(proof.kind).toBe("disproven");
  expect(findingCounts["newer-than-point"]).toBeGreaterThan(0);
});

const AT_SECOND = Math.ceil(LAST_MS / 1000) + 60;

test("one server that was recovered along its own log is proven, at whatever second", async () => {
  const { proof, findings } = await verify({ kind: "log", atSecond: AT_SECOND });
  expect(findings).toEqual([]);
  expect(proof).toMatchObject({ kind: "proven", reason: expect.stringContaining("along its own log") });
});

test("a recovered server without its coordinator, or with damaged rows, is not proven", async () => {
  const bare = await verify({ kind: "log", atSecond: AT_SECOND }, without("coordinator.state"));
  expect(bare.proof.kind).toBe("unproven");
  const damaged = await verify({ kind: "log", atSecond: AT_SECOND }, BROKEN);
  expect(damaged.proof.kind).not.toBe("proven");
});

test("files of nodes are proven by their pause, and never by a checksum that nobody took", async () => {
  const files: Subject = { ...(AFTER_ALL as Extract<Subject, { basis: "window" }>), stored: "files" };
  const { proof } = await verify(files);
  expect(proof).toMatchObject({
    kind: "proven",
    reason: expect.stringContaining("snapshots of all nodes were taken inside the pause"),
    restsOn: expect.arrayContaining([expect.stringContaining("in the bucket before it was restored")]),
  });
  expect(JSON.stringify(proof)).not.toContain("its checksum");
});
