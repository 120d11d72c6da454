import type { OpenSecret } from "./hmac-secret.ts";
import type { IntakeTotals } from "./intake-totals.ts";
import { judge } from "./judge.ts";
import type { VerificationReport } from "./report.ts";
import type { RowSource, TableSchema } from "./row-source.ts";
import type { Scope, ScopedTable } from "./scope.ts";
import { Scratch } from "./scratch.ts";
import { phasesOf } from "./segments.ts";
import { openSpills } from "./spills.ts";
import { type Clocks, DEFAULT_CLOCKS, type Subject } from "./subject.ts";
import { DEFAULT_NAMESPACES, type SystemNamespaces } from "./table-role.ts";
import { takeIn } from "./take-in.ts";

export interface VerifyInput {
  /** The tables, in one database or several. */
  readonly sources: readonly RowSource[];
  /** The coordinator once more, at the subject's later second. */
  readonly later?: RowSource;
  readonly subject: Subject;
  readonly clocks?: Clocks;
  readonly namespaces?: SystemNamespaces;
  /** Opens the sealed HMAC secrets; without it those signatures are counted as not checked. */
  readonly openSecret?: OpenSecret;
  /** Where the rows are sorted, about as much as the transaction columns of the tables take; else in memory. */
  readonly scratchDir?: string;
}

/** Verifies tables in one piece, in this process: for small ones. `verification` cuts large ones into segments. */
export async function verifyCopy(input: VerifyInput): Promise<VerificationReport> {
  const all = [
    ...input.sources.flatMap((source) => source.tables.map((schema) => reading(source, schema, "copy"))),
    ...coordinatorsOf(input.later).map((schema) => reading(input.later as RowSource, schema, "later")),
  ];
  const scope: Scope = {
    run: "",
    subject: input.subject,
    clocks: input.clocks ?? DEFAULT_CLOCKS,
    namespaces: input.namespaces ?? DEFAULT_NAMESPACES,
    tables: all.map(({ table }) => table),
  };
  using scratch = new Scratch(input.scratchDir);
  const expectsContracts = all.some(({ table }) => table.schema.role === "contract");
  const spills = openSpills(scratch, { openSecret: input.openSecret, expectsContracts });
  const totals = new Array<IntakeTotals>(all.length);
  for (const place of phasesOf(scope).flat()) {
    const { source, table } = all[place] as (typeof all)[number];
    totals[place] = await takeIn(source.scan(table.schema, 0, 1), { frame: scope, table, place, spills });
  }
  return judge(scope, { scratch, spills, totals });
}

function reading(source: RowSource, schema: TableSchema, as: ScopedTable["as"]) {
  return { source, table: { database: "", schema, bytes: 0, as } } as const;
}

function coordinatorsOf(source: RowSource | undefined): readonly TableSchema[] {
  return source?.tables.filter(({ role }) => role === "coordinator") ?? [];
}
