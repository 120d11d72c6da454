import type { Client } from "cassandra-driver";
import type { Columns } from "../ledger/table.ts";
import type { Totals } from "../ledger/totals.ts";
import { STATE } from "../ledger/tx-record.ts";
import { number, text } from "../ledger/value.ts";
import { bankTotalsOf } from "../scalardb-server/bank-totals.ts";
import type { CassandraCluster } from "./cassandra-cluster.ts";
import { withCql } from "./cql-client.ts";

/** What a bank in a real Cassandra amounts to, read from its tables. */
export function cassandraBankTotals(cluster: CassandraCluster): Promise<Totals> {
  return withCql(cluster, (client) =>
    bankTotalsOf({
      rows: (table) => rowsOf(client, table),
      isCommitted: async (txId) => {
        const asked = "SELECT tx_state FROM coordinator.state WHERE tx_id = ?";
        const { rows } = await client.execute(asked, [txId]);
        return rows[0]?.["tx_state"] === STATE.committed;
      },
      countTransactions: async () => {
        const { rows } = await client.execute("SELECT tx_state FROM coordinator.state", [], ALL);
        return rows.filter((row) => row["tx_state"] === STATE.committed).length;
      },
    }),
  );
}

const ALL = { fetchSize: 100_000 };

async function* rowsOf(client: Client, table: string): AsyncGenerator<Columns> {
  const asked = `SELECT tx_id, tx_state, balance, before_tx_id, before_balance FROM ${table}`;
  const { rows } = await client.execute(asked, [], ALL);
  for (const row of rows) yield columnsOf(row);
}

function columnsOf(row: Readonly<Record<string, unknown>>): Columns {
  return Object.fromEntries(
    ["tx_id", "tx_state", "balance", "before_tx_id", "before_balance"].flatMap((name) => {
      const value = row[name];
      if (value === null || value === undefined) return [];
      return [[name, typeof value === "number" ? number(value) : text(String(value))]];
    }),
  );
}
