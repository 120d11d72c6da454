import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { RestorePoint } from "../../shared/catalog/model.ts";
import { judgeBackup, type LeftBackup, type TableNow } from "../../shared/restore/dynamodb/expire.ts";
import { aPoint } from "../catalog/examples.ts";
import { captured, databaseOf } from "./example-plan.ts";

const TABLE = "prod_scalar.asset";
const OTHER = "prod_scalar.other";
const LEFT: LeftBackup = { run: "restore-1", database: "main", table: TABLE, arn: "arn:backup" };
const DONE_SECOND = 1_000_000;
const THERE: TableNow = {
  id: "id-2",
  status: "ACTIVE",
  coverage: { earliestSecond: DONE_SECOND, latestSecond: DONE_SECOND + 1_000 },
};

function point(
  atSecond: number,
  change: Partial<RestorePoint> = {},
  ids = { [TABLE]: "id-2", [OTHER]: "id-2" },
) {
  const tables = Object.entries(ids).map(([name, id]) => captured(name, { id }));
  const database = {
    name: "main",
    kind: "dynamodb",
    atSecond,
    clockBound: { lowMs: 0, highMs: 0 },
    captured: databaseOf(tables).atBackup,
  } as const;
  return aPoint(`at-${atSecond}`, { createdMs: (atSecond + 1) * 1000, databases: [database], ...change });
}

const LATER = point(DONE_SECOND + 60);

function judge(points: readonly RestorePoint[], tables: Record<string, TableNow> = {}) {
  const now = (_: string, table: string) => tables[table] ?? THERE;
  return judgeBackup(LEFT, { doneMs: DONE_SECOND * 1000, points, now });
}

test("a backup goes where its table is there and a later point takes its place, which is named", () => {
  expect(judge([LATER])).toEqual({ kind: "expire", point: LATER.id });
});

test.each<[string, readonly RestorePoint[], Record<string, TableNow>, RegExp]>([
  ["its table is gone", [LATER], { [TABLE]: {} }, /is not there, so this may be its only copy/],
  ["its table is on its way out", [LATER], { [TABLE]: { ...THERE, status: "DELETING" } }, /is DELETING/],
  ["its table has no recovery", [LATER], { [TABLE]: { id: "id-2", status: "ACTIVE" } }, /no point-in-time/],
  ["there is no later point", [], {}, /no restore point was taken since/],
  ["the point is older than the restore", [point(DONE_SECOND - 60)], {}, /no restore point was taken since/],
  [
    "the point is not complete",
    [point(DONE_SECOND + 9, { artifact: "pending" })],
    {},
    /no restore point was/,
  ],
  ["the point was found", [point(DONE_SECOND + 9, { basis: "quiet" })], {}, /no restore point was taken/],
  ["the point was settled", [point(DONE_SECOND + 9, { basis: "settled" })], {}, /no restore point was taken/],
  ["the point is lost", [point(DONE_SECOND + 9, { lostTo: "restore-2" })], {}, /no restore point was taken/],
  [
    "the table was made anew since",
    [LATER],
    { [TABLE]: { ...THERE, id: "id-3" } },
    /with table ".*" as things/,
  ],
  ["another table of the point is gone", [LATER], { [OTHER]: {} }, /as things are/],
  ["the point does not hold it", [point(DONE_SECOND + 9, {}, { [OTHER]: "id-2" } as never)], {}, /as things/],
  [
    "the history does not reach back to the point",
    [LATER],
    { [OTHER]: { ...THERE, coverage: { earliestSecond: DONE_SECOND + 61, latestSecond: DONE_SECOND + 99 } } },
    /as things are/,
  ],
  [
    "the point cannot be restored to yet",
    [LATER],
    { [OTHER]: { ...THERE, coverage: { earliestSecond: DONE_SECOND, latestSecond: DONE_SECOND + 59 } } },
    /as things are/,
  ],
  [
    "nobody can read what the point holds",
    [{ ...LATER, databases: [] }],
    {},
    /no restore point was|as things/,
  ],
])("a backup is kept where %s", (_why, points, tables, because) => {
  const judged = judge(points, tables);
  expect(judged).toEqual({ kind: "keep", because: expect.stringMatching(because) });
});

test("whatever the world is like, a backup goes only where every table of a later point can be restored to it", () => {
  const table = fc.record({
    id: fc.constantFrom("id-2", "id-3", undefined),
    status: fc.constantFrom("ACTIVE", "DELETING"),
    earliest: fc.integer({ min: -50, max: 50 }),
    latest: fc.integer({ min: -50, max: 50 }),
    recovers: fc.boolean(),
  });
  const points = fc.array(
    fc.record({ at: fc.integer({ min: -50, max: 50 }), lost: fc.boolean(), whole: fc.boolean() }),
    { maxLength: 4 },
  );
  fc.assert(
    fc.property(table, table, points, (own, other, taken) => {
      const now = (one: typeof own): TableNow => ({
        ...(one.id !== undefined && { id: one.id }),
        status: one.status,
        ...(one.recovers && {
          coverage: { earliestSecond: DONE_SECOND + one.earliest, latestSecond: DONE_SECOND + one.latest },
        }),
      });
      const made = taken.map(({ at, lost, whole }) =>
        point(DONE_SECOND + at, { ...(lost && { lostTo: "r" }), artifact: whole ? "complete" : "failed" }),
      );
      const judged = judge(made, { [TABLE]: now(own), [OTHER]: now(other) });
      const safe = taken.some(
        ({ at, lost, whole }) =>
          at > 0 &&
          whole &&
          !lost &&
          [own, other].every(
            (one) =>
              one.id === "id-2" &&
              one.status === "ACTIVE" &&
              one.recovers &&
              one.earliest <= at &&
              at <= one.latest,
          ),
      );
      expect(judged.kind).toBe(safe ? "expire" : "keep");
    }),
    { numRuns: 2_000 },
  );
});
