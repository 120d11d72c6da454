import {
  type AttributeValue,
  type DynamoDBClient,
  GetItemCommand,
  ScanCommand,
} from "@aws-sdk/client-dynamodb";
import { balanceOf } from "./asset.ts";
import { keyAttributes } from "./key-bytes.ts";
import { ASSET, COORDINATOR_STATE } from "./ledger-tables.ts";
import type { Columns } from "./table.ts";
import { isInDoubt, STATE } from "./tx-record.ts";
import { numberOf, text, textOf } from "./value.ts";

/** What a ledger, or a bank, amounts to, read from its tables without it. */
export interface Totals {
  /** Or accounts. */
  readonly assets: number;
  /** Sum of the latest balances; transfers leave it as it is. */
  readonly balance: number;
  /** Committed transactions, by the coordinator. */
  readonly transactions: number;
}

/** Where a table is to be found: `scalar.asset` may lie under a prefix, or under the name of a copy. */
export type TableNames = (name: string) => string;

export const prefixed =
  (prefix: string): TableNames =>
  (name) =>
    prefix + name;

interface Latest {
  readonly age: number;
  readonly balance: number;
}

/** What is read of a ledger's tables, whichever database they are in. */
export interface LedgerRows {
  assets(): AsyncIterable<Columns>;
  isCommitted(txId: string): Promise<boolean>;
  countTransactions(): Promise<number>;
}

/** Of tables in DynamoDB. */
export function totals(client: DynamoDBClient, names: TableNames): Promise<Totals> {
  return totalsOf({
    assets: () => scan(client, names(ASSET.name), "id, age, #output, tx_id, tx_state"),
    isCommitted: (txId) => isCommitted(client, names, txId),
    countTransactions: () => countTransactions(client, names),
  });
}

/**
 * Sums a ledger at rest up; one at work changes while it is read. Rows in doubt count as ScalarDB would count them:
 * if the coordinator says committed.
 */
export async function totalsOf(rows: LedgerRows): Promise<Totals> {
  const latest = new Map<string, Latest>();
  for await (const row of rows.assets()) {
    const [id, age] = [textOf(row, "id"), numberOf(row, "age")];
    if (age <= (latest.get(id)?.age ?? -1)) continue;
    if (isInDoubt(row) && !(await rows.isCommitted(textOf(row, "tx_id")))) continue;
    latest.set(id, { age, balance: balanceOf(textOf(row, "output")) });
  }
  const balance = [...latest.values()].reduce((sum, asset) => sum + asset.balance, 0);
  return { assets: latest.size, balance, transactions: await rows.countTransactions() };
}

/** Committed transactions, by the coordinator. */
export async function countTransactions(client: DynamoDBClient, names: TableNames): Promise<number> {
  let transactions = 0;
  for await (const row of scan(client, names(COORDINATOR_STATE.name), "tx_state")) {
    if (numberOf(row, "tx_state") === STATE.committed) transactions++;
  }
  return transactions;
}

export async function isCommitted(client: DynamoDBClient, names: TableNames, txId: string): Promise<boolean> {
  const key = keyAttributes(COORDINATOR_STATE, { tx_id: text(txId) });
  const TableName = names(COORDINATOR_STATE.name);
  const { Item } = await client.send(new GetItemCommand({ TableName, Key: key, ConsistentRead: true }));
  return Item !== undefined && numberOf(Item, "tx_state") === STATE.committed;
}

/** Pages through a table; each page is at most 1 MiB, so memory does not grow with the table. */
export async function* scan(
  client: DynamoDBClient,
  table: string,
  projection: string,
): AsyncGenerator<Columns> {
  let start: Record<string, AttributeValue> | undefined;
  do {
    const page = await client.send(
      new ScanCommand({
        TableName: table,
        ConsistentRead: true,
        ProjectionExpression: projection,
        ...(projection.includes("#output") && { ExpressionAttributeNames: { "#output": "output" } }),
        ...(start && { ExclusiveStartKey: start }),
      }),
    );
    yield* page.Items ?? [];
    start = page.LastEvaluatedKey;
  } while (start);
}
