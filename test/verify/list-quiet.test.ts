import { readdirSync } from "node:fs";
import { afterAll, expect, test } from "vitest";
import { coordinatorRowOf } from "../../shared/verify/coordinator-row.ts";
import { listQuiet } from "../../shared/verify/list-quiet.ts";
import type { ScannedSegment } from "../../shared/verify/part.ts";
import { type QuietAsked, quietSeconds } from "../../shared/verify/quiet-seconds.ts";
import { logicalName } from "../../shared/verify/row-source.ts";
import { scanInput } from "../../shared/verify/scan-input.ts";
import { scanSegment } from "../../shared/verify/scan-segment.ts";
import type { Scope } from "../../shared/verify/scope.ts";
import { planSegments } from "../../shared/verify/segments.ts";
import { COMMITTED } from "../../shared/verify/transaction-row.ts";
import { type Cutting, MemoryParts, roomOf, scopeOf, scratchFolder } from "./cut-verification.ts";
import { loadFixture, type MemoryTables } from "./fixture-source.ts";

const scratch = scratchFolder();
afterAll(() => scratch[Symbol.dispose]());

async function listed(later: MemoryTables, asked: QuietAsked, { segments = 3, lose = 0 } = {}) {
  const cutting: Cutting = { tables: later, later, subject: { kind: "copy" }, segmentsOf: () => segments };
  const whole = scopeOf(cutting);
  const scope: Scope = { ...whole, tables: whole.tables.filter(({ as }) => as === "later") };
  const parts = new MemoryParts();
  const room = roomOf(cutting, parts, scratch.path);
  const scanned: ScannedSegment[] = [];
  for (const segment of planSegments(scope).flat())
    scanned.push({ ...segment, part: await scanSegment(room, scanInput(scope, segment, [])) });
  for (const name of [...parts.kept.keys()].slice(0, lose)) parts.kept.delete(name);
  return listQuiet(room, { scope, scanned, asked });
}

/** Straight from the rows. */
function commitsOf({ tables, rows }: MemoryTables): readonly number[] {
  const coordinator = tables.find(({ role }) => role === "coordinator");
  return (rows.get(coordinator ? logicalName(coordinator) : "") ?? []).flatMap((row) => {
    const { state, createdMs } = coordinatorRowOf(row) ?? {};
    return state === COMMITTED && createdMs !== undefined ? [createdMs] : [];
  });
}

function spanOf(commits: readonly number[], guardMs: number): QuietAsked {
  const fromSecond = Math.floor(Math.min(...commits) / 1000) - 5;
  const toSecond = Math.floor(Math.max(...commits) / 1000) + 5;
  return { fromSecond, toSecond, nearestSecond: toSecond, guardMs };
}

const FIXTURES = {
  "a real Ledger's coordinator": loadFixture("whole.jsonl", "prod_"),
  "one with group commits": loadFixture("scalardb-group-commit-postgres.jsonl"),
};

test.for(Object.entries(FIXTURES))(
  "%s tells its quiet seconds, in however many segments it is read",
  async ([, tables]) => {
    const commits = commitsOf(tables);
    expect(commits.length).toBeGreaterThan(20);
    for (const guardMs of [100, 400, 1250]) {
      const asked = spanOf(commits, guardMs);
      const expected = quietSeconds(asked, commits);
      for (const segments of [1, 4])
        expect((await listed(tables, asked, { segments })).candidates).toEqual(expected.candidates);
    }
  },
);

test("a part that is gone is read again, and nothing is left behind", async () => {
  const tables = FIXTURES["a real Ledger's coordinator"];
  const asked = spanOf(commitsOf(tables), 100);
  expect(await listed(tables, asked, { lose: 2 })).toEqual(quietSeconds(asked, commitsOf(tables)));
  expect(readdirSync(scratch.path)).toEqual([]);
});
