import type { CosmosClient } from "@azure/cosmos";
import { ASSET, COORDINATOR_STATE } from "../ledger-tables.ts";
import type { Columns, Table } from "../table.ts";
import { type Totals, totalsOf } from "../totals.ts";
import { STATE } from "../tx-record.ts";
import { numberOf, text } from "../value.ts";
import { columnsOf, type RecordDocument } from "./document.ts";
import { containerOf, openCosmosdbStorage } from "./storage.ts";

/** What a ledger in Cosmos DB amounts to: the original's account or the restored one's, by its client. */
export function cosmosdbTotals(client: CosmosClient, prefix = ""): Promise<Totals> {
  const storage = openCosmosdbStorage(client, { prefix, grouping: "each-record" });
  return totalsOf({
    assets: () => rowsOf(client, prefix, ASSET),
    async isCommitted(txId) {
      const row = await storage.get(COORDINATOR_STATE, { tx_id: text(txId) });
      return row !== undefined && numberOf(row, "tx_state") === STATE.committed;
    },
    async countTransactions() {
      const query = `SELECT VALUE COUNT(1) FROM c WHERE c.values.tx_state = ${STATE.committed}`;
      const { resources } = await containerOf(client, prefix, COORDINATOR_STATE)
        .items.query<number>(query)
        .fetchAll();
      return resources[0] ?? 0;
    },
  });
}

async function* rowsOf(client: CosmosClient, prefix: string, table: Table): AsyncGenerator<Columns> {
  const pages = containerOf(client, prefix, table).items.readAll<RecordDocument>();
  for await (const { resources } of pages.getAsyncIterator())
    for (const document of resources) yield columnsOf(table, document);
}
