import { ASSET } from "../ledger-tables.ts";
import { columnsOf } from "../row-columns.ts";
import type { Columns, Table } from "../table.ts";
import { type TableNames, type Totals, totalsOf } from "../totals.ts";
import { coordinatorOf } from "./coordinator.ts";
import { withPools } from "./database.ts";
import type { JdbcEndpoint } from "./endpoint.ts";
import { tableName } from "./statement.ts";
import type { PoolOf } from "./storage.ts";

/** As the tables are called, where no copy has other names. */
export const ORIGINAL: TableNames = (name) => name;

/** What a ledger in SQL databases amounts to: the original, or a copy by the names of its schemas. */
export function jdbcTotals(endpoint: JdbcEndpoint, names: TableNames = ORIGINAL): Promise<Totals> {
  return withPools(endpoint, (poolOf) =>
    totalsOf({ assets: () => rowsOf(poolOf, names, ASSET), ...coordinatorOf(poolOf, names) }),
  );
}

/** Every row of a small table. */
export async function* rowsOf(poolOf: PoolOf, names: TableNames, table: Table): AsyncGenerator<Columns> {
  const { dialect, run } = poolOf(table);
  const name = tableName(dialect, { name: names(table.name) });
  const { rows } = await run({ text: `SELECT * FROM ${name}`, values: [] });
  for (const row of rows) yield columnsOf(table, row);
}
