import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { Columns } from "../ledger/table.ts";
import { countTransactions, isCommitted, scan, type TableNames, type Totals } from "../ledger/totals.ts";
import { isInDoubt, STATE } from "../ledger/tx-record.ts";
import { numberOf, textOf } from "../ledger/value.ts";

/** A bank as its tables have it, without ScalarDB; rows in doubt count as its recovery would leave them. */
export async function bankTotals(client: DynamoDBClient, names: TableNames): Promise<Totals> {
  const accounts = await balances(client, names, "app.account");
  const pockets = await balances(client, names, "app.pocket");
  return {
    assets: accounts.length,
    balance: [...accounts, ...pockets].reduce((sum, balance) => sum + balance, 0),
    transactions: await countTransactions(client, names),
  };
}

const COLUMNS = "balance, before_balance, before_tx_id, tx_id, tx_state";

async function balances(client: DynamoDBClient, names: TableNames, table: string): Promise<number[]> {
  const found: number[] = [];
  for await (const row of scan(client, names(table), COLUMNS)) {
    const forward = !isInDoubt(row) || (await isCommitted(client, names, textOf(row, "tx_id")));
    const balance = forward ? after(row) : before(row);
    if (balance !== undefined) found.push(balance);
  }
  return found;
}

function after(row: Columns): number | undefined {
  return numberOf(row, "tx_state") === STATE.deleted ? undefined : numberOf(row, "balance");
}

/** Rolled back: the old values, or none where the row was inserted. */
function before(row: Columns): number | undefined {
  return row["before_tx_id"] === undefined ? undefined : numberOf(row, "before_balance");
}
