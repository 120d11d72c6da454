import { settle } from "../../shared/settle/settle.ts";
import type { Settlement, SettlementPage } from "../../shared/settle/settlement.ts";
import { SettlingSpill } from "../../shared/settle/settling-spill.ts";
import { takeInToSettle } from "../../shared/settle/take-in.ts";
import type { RowSource } from "../../shared/verify/row-source.ts";
import type { Scope, ScopedTable } from "../../shared/verify/scope.ts";
import { Scratch } from "../../shared/verify/scratch.ts";
import { type Clocks, DEFAULT_CLOCKS, type Settled } from "../../shared/verify/subject.ts";
import { DEFAULT_NAMESPACES, type SystemNamespaces } from "../../shared/verify/table-role.ts";

export interface CopyToSettle {
  readonly sources: readonly RowSource[];
  /** The coordinator at a later second; by default that of the copy itself, as where nothing was committed since. */
  readonly later?: RowSource;
  /** Tables that change in place, at an earlier second; of the first database. */
  readonly earlier?: RowSource;
  readonly subject: Settled;
  readonly clocks?: Clocks;
  readonly namespaces?: SystemNamespaces;
}

/** Settles tables in one piece and in memory: for small ones. The first source is database "0", and so on. */
export async function settleCopy(
  input: CopyToSettle,
): Promise<{ readonly settlement: Settlement; readonly pages: readonly SettlementPage[] }> {
  const laters = input.later === undefined ? input.sources : [input.later];
  const reading = (source: RowSource, index: number, as: ScopedTable["as"]) =>
    source.tables.map((schema) => ({ source, table: { database: String(index), schema, bytes: 0, as } }));
  const all = [
    ...input.sources.flatMap((source, index) => reading(source, index, "copy")),
    ...laters
      .flatMap((source, index) => reading(source, index, "later"))
      .filter(({ table }) => table.schema.role === "coordinator"),
    ...(input.earlier === undefined ? [] : reading(input.earlier, 0, "earlier")),
  ];
  const scope: Scope = {
    run: "",
    subject: input.subject,
    clocks: input.clocks ?? DEFAULT_CLOCKS,
    namespaces: input.namespaces ?? DEFAULT_NAMESPACES,
    tables: all.map(({ table }) => table),
  };
  using scratch = new Scratch(undefined);
  const spill = new SettlingSpill(scratch);
  for (const [place, { source, table }] of all.entries())
    await takeInToSettle(source.scan(table.schema, 0, 1), { frame: scope, table, place, spill });
  const pages: SettlementPage[] = [];
  const settlement = await settle(scope, scratch, async (_, page) => void pages.push(page));
  return { settlement, pages };
}

/** What a copy of a second is settled to, by the deployment's clocks. */
export function settledAt(atSecond: number, clocks: Clocks = DEFAULT_CLOCKS): Settled {
  const boundMs = clocks.scalarClockBoundMs + clocks.databaseSkewMs;
  return { kind: "settled", atSecond, keptUntilMs: atSecond * 1000 - boundMs };
}
