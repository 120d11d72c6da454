import { expect, test } from "vitest";
import type { Clocks, Subject } from "../../shared/verify/subject.ts";
import { verifyCopy } from "../../shared/verify/verify-copy.ts";
import { type MemoryTables, sourceOf } from "./fixture-source.ts";
import { cut, type Journal, seededRandom } from "./journal-replay.ts";
import { isBroken, type Truth, truthOf } from "./journal-truth.ts";
import { LEDGER_JOURNALS } from "./ledger-journals.ts";

const COPIES = 150;
const SECOND_MS = 1000;

/** Without certificates: signatures are checked elsewhere, and they are what takes the time. */
function without(tables: MemoryTables, some: (namespace: string, table: string) => boolean): MemoryTables {
  return {
    tables: tables.tables.filter(({ namespace, table }) => !some(namespace, table)),
    rows: tables.rows,
  };
}

/** Instants shortly before a write, so that the cuts fall where something happens. */
function instants(journal: Journal, random: () => number): () => number {
  const writes = journal.histories
    .filter(({ table }) => !table.endsWith("scalardb.metadata"))
    .flatMap(({ versions }) => versions.map(({ atMs }) => atMs));
  return () => (writes[Math.floor(random() * writes.length)] ?? 0) - random() * 1.2 * SECOND_MS;
}

interface Tally {
  proven: number;
  broken: number;
  brokenProven: number;
  wholeDisproven: number;
  foundByLedger: number;
  foundByTables: number;
}

/** Restores to random seconds, every item cut at an instant of its own inside the second. */
async function restoreOften(journal: Journal, truth: Truth, clocks: Clocks): Promise<Tally> {
  const random = seededRandom(7);
  const next = instants(journal, random);
  const tally: Tally = {
    proven: 0,
    broken: 0,
    brokenProven: 0,
    wholeDisproven: 0,
    foundByLedger: 0,
    foundByTables: 0,
  };
  for (let copy = 0; copy < COPIES; copy += 1) {
    const atSecond = next() / SECOND_MS;
    const { tables, positions } = cut(journal, () => (atSecond + random()) * SECOND_MS);
    const laterSecond = atSecond + 3;
    const later = sourceOf(cut(journal, () => (laterSecond + random()) * SECOND_MS).tables);
    const subject: Subject = { kind: "restored", atSecond, later: { atSecond: laterSecond } };
    const whole = without(tables, (_, table) => table === "certificate");
    const { proof } = await verifyCopy({ sources: [sourceOf(whole)], later, subject, clocks });
    const onlyTables = await verifyCopy({
      sources: [sourceOf(without(whole, (namespace) => namespace === "scalar"))],
      later,
      subject,
      clocks,
    });
    count(tally, isBroken(truth, positions), proof.kind, onlyTables.proof.kind);
  }
  return tally;
}

function count(tally: Tally, broken: boolean, withLedger: string, onlyTables: string): void {
  tally.proven += withLedger === "proven" ? 1 : 0;
  tally.broken += broken ? 1 : 0;
  tally.brokenProven += broken && (withLedger === "proven" || onlyTables === "proven") ? 1 : 0;
  tally.wholeDisproven += !broken && (withLedger === "disproven" || onlyTables === "disproven") ? 1 : 0;
  tally.foundByLedger += broken && withLedger === "disproven" ? 1 : 0;
  tally.foundByTables += broken && onlyTables === "disproven" ? 1 : 0;
}

// The smallest bound is the hardest: the lab's writers and its database had one clock, so even 0 holds there.
test.each(
  LEDGER_JOURNALS.flatMap(({ name, journal }) => [0, 100].map((boundMs) => ({ name, journal, boundMs }))),
)(
  "no broken copy of a ledger $name is proven and no whole one disproven, at any second (clock bound $boundMs ms)",
  async ({ name, journal, boundMs }) => {
    const clocks = { scalarClockBoundMs: boundMs, databaseSkewMs: 0, transactionLifeMs: SECOND_MS };
    const tally = await restoreOften(journal, truthOf(journal), clocks);
    console.info(
      `ledger ${name}, bound ${boundMs} ms: ${tally.broken} of ${COPIES} copies broken, of which checks inside one copy found ` +
        `${tally.foundByLedger} with the ledger's tables and ${tally.foundByTables} without; ${tally.proven} proven`,
    );
    expect(tally).toMatchObject({ brokenProven: 0, wholeDisproven: 0 });
    expect(tally.broken).toBeGreaterThan(COPIES / 4);
    expect(tally.proven).toBeGreaterThan(0);
    expect(tally.foundByLedger / tally.broken).toBeGreaterThan(0.8);
  },
  60_000,
);

test.each(LEDGER_JOURNALS)(
  "a reading of live tables under load takes nothing in flight for damage ($name)",
  async ({ journal }) => {
    const random = seededRandom(11);
    const next = instants(journal, random);
    for (let reading = 0; reading < 60; reading += 1) {
      const startedMs = next();
      // The coordinator is read last, after up to two seconds of reading the rest.
      const { tables } = cut(
        journal,
        (table) => startedMs + (table.endsWith("coordinator.state") ? 2 : 2 * random()) * SECOND_MS,
      );
      const report = await verifyCopy({
        sources: [sourceOf(without(tables, (_, table) => table === "certificate"))],
        subject: { kind: "live", startedMs },
        clocks: { scalarClockBoundMs: 0, databaseSkewMs: 0, transactionLifeMs: 5 * SECOND_MS },
      });
      expect(report.findings.filter(({ severity }) => severity === "disproof")).toEqual([]);
      expect(report.proof.kind).toBe("unproven");
    }
  },
);
