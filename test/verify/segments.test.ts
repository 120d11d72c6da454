import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { JudgeParts } from "../../shared/verify/effects.ts";
import type { Part } from "../../shared/verify/part.ts";
import type { ColumnType, TableRole } from "../../shared/verify/row-source.ts";
import { holdsKeys, type Scope, type ScopedTable } from "../../shared/verify/scope.ts";
import { MOST_SEGMENTS, planSegments, SEGMENT_BYTES } from "../../shared/verify/segments.ts";
import { DEFAULT_CLOCKS, type Subject } from "../../shared/verify/subject.ts";
import { DEFAULT_NAMESPACES } from "../../shared/verify/table-role.ts";
import { verification } from "../../shared/verify/verification.ts";
import type { All, Effect } from "../../shared/workflow/effect.ts";
import { drive } from "../workflow/drive.ts";

const TIB = 1024 ** 4;
/** What a durable execution has for both verifications of a restore, of its 3,000 operations. */
const OPERATIONS = 600;
/** Of an effect that another function carries out. */
const MOST_EFFECT_BYTES = 256 * 1024;

const COLUMNS: Readonly<Record<string, ColumnType>> = Object.fromEntries(
  Array.from({ length: 25 }, (_, number) => [`before_some_column_${number}`, "text" as const]),
);

function tableOf(number: number, bytes: number, role: TableRole): ScopedTable {
  const physical = `prod_scalar_orders.table_of_orders_${number}.stillpoint-0a1b2c3d`;
  return {
    database: "main",
    bytes,
    as: "copy",
    schema: {
      physical,
      namespace: "scalar_orders",
      table: `table_of_orders_${number}`,
      role,
      transactional: true,
      partitionKey: ["id"],
      clusteringKey: ["age"],
      columns: COLUMNS,
      secondaryIndexes: [],
    },
  };
}

const roles = fc.constantFrom<TableRole[]>(
  "certificate",
  "contract",
  "asset",
  "record",
  "coordinator",
  "other",
);
const sizes = fc.oneof(fc.constant(0), fc.nat(SEGMENT_BYTES * 4), fc.integer({ min: 0, max: 4 * TIB }));
const tables = fc
  .array(fc.tuple(sizes, roles), { minLength: 1, maxLength: 101 })
  .map((all) => all.map(([bytes, role], number) => tableOf(number, bytes, role)));
const subjects = fc.constantFrom<Subject[]>(
  { kind: "restored", atSecond: 1_800_000_000 },
  { kind: "live", startedMs: 0 },
);
const scopes: fc.Arbitrary<Scope> = fc.record({
  run: fc.constant("restore-20261121T180000Z-0a1b2c3d"),
  subject: subjects,
  clocks: fc.constant(DEFAULT_CLOCKS),
  namespaces: fc.constant(DEFAULT_NAMESPACES),
  tables,
});

const PART: Part = {
  sha256: "0123456789abcdef".repeat(4),
  bytes: 123_456_789,
  count: 12_345_678,
  digest: "0123456789abcdef".repeat(2),
};

/** Everything that the verification of a scope asks for, in order. */
function asked(scope: Scope): readonly Effect[] {
  const effects: Effect[] = [];
  drive(verification(scope), (effect) => {
    effects.push(effect);
    return effect.kind === "scan-segment" ? PART : { checked: { tables: [] } };
  });
  return effects;
}

test("every table is covered by its segments, once, and all tables together by no more than are allowed", () => {
  fc.assert(
    fc.property(scopes, (scope) => {
      const segments = planSegments(scope).flat();
      for (const place of scope.tables.keys()) {
        const own = segments.filter((each) => each.place === place);
        expect(own.map(({ segment }) => segment)).toEqual(own.map((_, index) => index));
        expect(own.every((each) => each.segments === own.length)).toBe(true);
        expect(own.length).toBeGreaterThan(0);
      }
      expect(segments.length).toBeLessThanOrEqual(MOST_SEGMENTS);
    }),
  );
});

test("where all fits, a segment is no larger than one function reads; else the largest tables share the rest", () => {
  const plan = (...sizesOf: number[]) =>
    planSegments({
      run: "r",
      subject: { kind: "copy" },
      clocks: DEFAULT_CLOCKS,
      namespaces: DEFAULT_NAMESPACES,
      tables: sizesOf.map((bytes, number) => tableOf(number, bytes, "record")),
    })
      .flat()
      .map(({ place }) => place);
  expect(plan(0, SEGMENT_BYTES, SEGMENT_BYTES + 1)).toEqual([0, 1, 2, 2]);
  const counts = Map.groupBy(plan(TIB, 3 * TIB, 0), (place) => place);
  expect([...counts.values()].map(({ length }) => length)).toEqual([70, 208, 1]);
  expect(plan(...Array.from({ length: 400 }, () => TIB))).toHaveLength(400);
});

test("the same scope is cut alike each time, whatever order its properties come back in", () => {
  fc.assert(
    fc.property(scopes, (scope) => {
      const turned = Object.fromEntries(Object.entries(structuredClone(scope)).reverse()) as unknown as Scope;
      expect(planSegments(turned)).toEqual(planSegments(scope));
    }),
  );
});

test("keys are read before the records that they sign, and a live coordinator after everything else", () => {
  fc.assert(
    fc.property(scopes, (scope) => {
      const order = asked(scope).flatMap((effect) =>
        effect.kind === "scan-segment" ? [(effect as unknown as { table: ScopedTable }).table] : [],
      );
      const keys = order.map(holdsKeys);
      expect(keys.lastIndexOf(true)).toBeLessThan(keys.includes(false) ? keys.indexOf(false) : Infinity);
      const coordinators = order.map(({ schema }) => schema.role === "coordinator");
      if (scope.subject.kind === "live" && coordinators.includes(true))
        expect(coordinators.slice(coordinators.indexOf(true))).not.toContain(false);
      for (const effect of asked(scope))
        if (effect.kind === "scan-segment") {
          const { table, keys: handed } = effect as unknown as { table: ScopedTable; keys: unknown[] };
          expect(handed).toHaveLength(
            table.schema.role === "asset"
              ? planSegments(scope)
                  .flat()
                  .filter(({ place }) => holdsKeys(scope.tables[place] as ScopedTable)).length
              : 0,
          );
        }
    }),
  );
});

test("a verification asks for its phases, their segments and two more, and both of a restore keep within their operations", () => {
  fc.assert(
    fc.property(scopes, (scope) => {
      let count = 0;
      const workflow = verification(scope);
      for (let turn = workflow.next(); !turn.done; ) {
        const { kind, effects = [] } = turn.value as All;
        count += 1 + effects.length;
        const answer = kind === "all" ? effects.map(() => ({ ok: true, answer: PART })) : null;
        turn = workflow.next(answer);
      }
      const phases = planSegments(scope);
      const [segments, judging, removing] = [phases.flat().length, 1, 1];
      expect(count).toBe(phases.length + segments + judging + removing);
      expect(2 * (1 + count)).toBeLessThan(OPERATIONS);
    }),
  );
});

test("no effect of a hundred large tables is larger than another function takes", () => {
  const keys = [tableOf(0, TIB, "certificate"), tableOf(1, TIB, "secret"), tableOf(2, TIB, "contract")];
  const records = Array.from({ length: 98 }, (_, number) => tableOf(number + 3, TIB, "asset"));
  const scope: Scope = {
    run: "restore-20261121T180000Z-0a1b2c3d",
    subject: { kind: "restored", atSecond: 1_800_000_000, lastSecond: 1_800_000_000 },
    clocks: DEFAULT_CLOCKS,
    namespaces: DEFAULT_NAMESPACES,
    tables: [...keys, ...records],
  };
  const effects = asked(scope);
  const bytesOf = (kind: string) =>
    Math.max(...effects.filter((each) => each.kind === kind).map((each) => JSON.stringify(each).length));
  const like = scope.tables.map(({ schema: { physical } }) => ({
    table: physical,
    physical,
    rows: PART.count,
    digest: PART.digest,
  })) satisfies JudgeParts["like"];
  expect(bytesOf("judge-parts") + JSON.stringify(like).length).toBeLessThan(MOST_EFFECT_BYTES);
  expect(bytesOf("scan-segment")).toBeLessThan(MOST_EFFECT_BYTES / 8);
});
