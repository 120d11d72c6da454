import { readdirSync } from "node:fs";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { VerificationEffects } from "../../shared/verify/effects.ts";
import type { VerificationReport } from "../../shared/verify/report.ts";
import type { Row, TableSchema, Value } from "../../shared/verify/row-source.ts";
import { logicalName } from "../../shared/verify/row-source.ts";
import type { Subject } from "../../shared/verify/subject.ts";
import { verification } from "../../shared/verify/verification.ts";
import { verifyCopy } from "../../shared/verify/verify-copy.ts";
import { runInProcess } from "../../shared/workflow/run-in-process.ts";
import { type Cutting, MemoryParts, roomOf, scopeOf, scratchFolder, verifying } from "./cut-verification.ts";
import {
  changed,
  loadFixture,
  type MemoryTables,
  openLabSecret,
  rowsOf,
  sourceOf,
} from "./fixture-source.ts";

const FIXTURES = [
  loadFixture("whole.jsonl", "prod_"),
  loadFixture("torn-a.jsonl", "prod_"),
  loadFixture("indoubt.jsonl", "prod_"),
  loadFixture("ledger-postgres.jsonl.gz"),
  loadFixture("scalardb-group-commit-postgres.jsonl"),
  loadFixture("scalardb-write-set-postgres.jsonl"),
];

const DAMAGES = ["lose", "borrow", "import", "undecide", "spoil", "twin"] as const;

/** A row of one table that is lost, of another transaction or of none, in doubt, spoilt, or there twice but for one column. */
interface Damage {
  readonly table: number;
  readonly kind: (typeof DAMAGES)[number];
  readonly at: number;
  readonly column: number;
}

const damage: fc.Arbitrary<Damage> = fc.record({
  table: fc.nat(40),
  kind: fc.constantFrom(...DAMAGES),
  at: fc.nat(2_000),
  column: fc.nat(30),
});

function damaged(tables: MemoryTables, { table, kind, at, column }: Damage): MemoryTables {
  const schema = tables.tables[table % tables.tables.length];
  const name = schema === undefined ? "" : logicalName(schema);
  const rows = rowsOf(tables, name);
  const victim = rows[at % rows.length];
  if (victim === undefined) return tables;
  const spoilable = Object.keys(victim).filter((each) => !keyOf(schema).includes(each));
  const spoilt = spoilable[column % spoilable.length] ?? "";
  const spoiltRow = { ...victim, [spoilt]: spoil(victim[spoilt] ?? null) };
  const by: Readonly<Record<Damage["kind"], readonly Row[]>> = {
    lose: [],
    borrow: [{ ...victim, tx_id: rows[(at + 1) % rows.length]?.["tx_id"] ?? null }],
    import: [{ ...victim, tx_id: null }],
    undecide: [{ ...victim, tx_state: 1 }],
    spoil: [spoiltRow],
    twin: [victim, spoiltRow],
  };
  return changed(tables, name, (all) => all.flatMap((row) => (row === victim ? by[kind] : [row])));
}

function keyOf(schema: TableSchema | undefined): readonly string[] {
  return [...(schema?.partitionKey ?? []), ...(schema?.clusteringKey ?? [])];
}

function spoil(value: Value): Value {
  if (value instanceof Uint8Array) return value.map((byte) => byte ^ 1);
  if (typeof value === "number") return value + 1;
  return typeof value === "string" ? `${value}~` : value;
}

const newestMs = 1_795_346_600_000;
const SUBJECTS: readonly Subject[] = [
  { kind: "copy" },
  { kind: "dump", basis: "snapshot" },
  {
    kind: "dump",
    basis: "window",
    window: { startMs: 1_795_346_573_000, endMs: 1_795_346_579_000 },
  },
  { kind: "live", startedMs: newestMs },
  {
    kind: "restored",
    atSecond: 1_795_346_575,
    window: { startMs: 1_795_346_573_000, endMs: 1_795_346_579_000 },
    later: { atSecond: 1_795_346_585 },
  },
];

/** Plain numbers, so that a counterexample can be read. */
interface Recipe {
  readonly fixture: number;
  readonly damages: readonly Damage[];
  readonly later: number;
  readonly subject: number;
  readonly cuts: readonly number[];
}

const recipe: fc.Arbitrary<Recipe> = fc.record({
  fixture: fc.nat(FIXTURES.length - 1),
  damages: fc.array(damage, { maxLength: 40 }),
  later: fc.nat(FIXTURES.length - 1),
  subject: fc.nat(SUBJECTS.length - 1),
  cuts: fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 10 }),
});

function cuttingOf({ fixture, damages, later, subject, cuts }: Recipe): Cutting {
  const held = SUBJECTS[subject] ?? { kind: "copy" };
  return {
    tables: damages.reduce(damaged, FIXTURES[fixture] as MemoryTables),
    subject: held,
    ...(held.kind === "restored" && { later: FIXTURES[later] as MemoryTables }),
    segmentsOf: (table) => cuts[table.length % cuts.length] ?? 1,
  };
}

function inOnePiece({ tables, later, subject }: Cutting): Promise<VerificationReport> {
  const sources = [sourceOf(tables)];
  return verifyCopy({
    sources,
    subject,
    openSecret: openLabSecret,
    ...(later && { later: sourceOf(later) }),
  });
}

function inParts(cutting: Cutting, parts: MemoryParts, scratchDir: string): Promise<VerificationReport> {
  return runInProcess<VerificationEffects, VerificationReport>(verification(scopeOf(cutting)), {
    handlers: verifying(roomOf(cutting, parts, scratchDir)),
  });
}

test("however the tables are cut, the report is the very one of a verification in one piece", async () => {
  using scratch = scratchFolder();
  await fc.assert(
    fc.asyncProperty(recipe, async (drawn) => {
      const cutting = cuttingOf(drawn);
      const parts = new MemoryParts();
      const cut = await inParts(cutting, parts, scratch.path);
      expect(JSON.stringify(cut)).toBe(JSON.stringify(await inOnePiece(cutting)));
      expect(parts.kept.size).toBe(0);
      expect(readdirSync(scratch.path)).toEqual([]);
    }),
    { numRuns: 40 },
  );
});
