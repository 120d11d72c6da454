import type { Client } from "cassandra-driver";
import { ASSET, COORDINATOR_STATE } from "../ledger-tables.ts";
import { columnsOf } from "../row-columns.ts";
import type { Columns, Table } from "../table.ts";
import { type Totals, totalsOf } from "../totals.ts";
import { STATE } from "../tx-record.ts";
import { numberOf, text } from "../value.ts";
import { type CassandraEndpoint, withCassandra } from "./endpoint.ts";
import { openCassandraStorage } from "./storage.ts";

/** What a ledger in Cassandra amounts to. */
export function cassandraTotals(endpoint: CassandraEndpoint): Promise<Totals> {
  return withCassandra(endpoint, (client) =>
    totalsOf({
      assets: () => rowsOf(client, ASSET),
      isCommitted: (txId) => isCommitted(client, txId),
      async countTransactions() {
        let transactions = 0;
        for await (const row of rowsOf(client, COORDINATOR_STATE))
          if (numberOf(row, "tx_state") === STATE.committed) transactions++;
        return transactions;
      },
    }),
  );
}

export async function isCommitted(client: Client, txId: string): Promise<boolean> {
  const storage = openCassandraStorage(client, { grouping: "each-record" });
  const row = await storage.get(COORDINATOR_STATE, { tx_id: text(txId) });
  return row !== undefined && numberOf(row, "tx_state") === STATE.committed;
}

/** Every row, page by page. */
export async function* rowsOf(client: Client, table: Table): AsyncGenerator<Columns> {
  for await (const row of await client.execute(`SELECT * FROM ${table.name}`)) yield columnsOf(table, row);
}
