import { coordinatorOf } from "../ledger/jdbc/coordinator.ts";
import { withPools } from "../ledger/jdbc/database.ts";
import type { JdbcEndpoint } from "../ledger/jdbc/endpoint.ts";
import { ORIGINAL, rowsOf } from "../ledger/jdbc/totals.ts";
import type { Table } from "../ledger/table.ts";
import type { TableNames, Totals } from "../ledger/totals.ts";
import { type BankRows, bankTotalsOf } from "./bank-totals.ts";

const COMMON = { transactional: true, partitionKey: [], clusteringKey: [], indexed: [] } as const;
const TABLES: Readonly<Record<Parameters<BankRows["rows"]>[0], Table>> = {
  "app.account": { ...COMMON, name: "app.account", columns: { balance: "int" } },
  "app.pocket": { ...COMMON, name: "app.pocket", columns: { balance: "int" } },
};

/** What a bank in a SQL database amounts to: the original, or a copy by the names of its schemas. */
export function jdbcBankTotals(endpoint: JdbcEndpoint, names: TableNames = ORIGINAL): Promise<Totals> {
  return withPools(endpoint, (poolOf) =>
    bankTotalsOf({
      rows: (table) => rowsOf(poolOf, names, TABLES[table]),
      ...coordinatorOf(poolOf, names),
    }),
  );
}
