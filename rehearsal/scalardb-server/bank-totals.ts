import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { Columns } from "../ledger/table.ts";
import { countTransactions, isCommitted, scan, type TableNames, type Totals } from "../ledger/totals.ts";
import { isInDoubt, STATE } from "../ledger/tx-record.ts";
import { numberOf, textOf } from "../ledger/value.ts";

/** What is read of a bank's tables, whichever database they are in. */
export interface BankRows {
  rows(table: "app.account" | "app.pocket"): AsyncIterable<Columns>;
  isCommitted(txId: string): Promise<boolean>;
  countTransactions(): Promise<number>;
}

const COLUMNS = "balance, before_balance, before_tx_id, tx_id, tx_state";

/** Of tables in DynamoDB. */
export function bankTotals(client: DynamoDBClient, names: TableNames): Promise<Totals> {
  return bankTotalsOf({
    rows: (table) => scan(client, names(table), COLUMNS),
    isCommitted: (txId) => isCommitted(client, names, txId),
    countTransactions: () => countTransactions(client, names),
  });
}

/** A bank as its tables have it, without ScalarDB; rows in doubt count as its recovery would leave them. */
export async function bankTotalsOf(bank: BankRows): Promise<Totals> {
  const accounts = await balances(bank, "app.account");
  const pockets = await balances(bank, "app.pocket");
  return {
    assets: accounts.length,
    balance: [...accounts, ...pockets].reduce((sum, balance) => sum + balance, 0),
    transactions: await bank.countTransactions(),
  };
}

async function balances(bank: BankRows, table: Parameters<BankRows["rows"]>[0]): Promise<number[]> {
  const found: number[] = [];
  for await (const row of bank.rows(table)) {
    const forward = !isInDoubt(row) || (await bank.isCommitted(textOf(row, "tx_id")));
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
