import {
  type AttributeValue,
  DeleteItemCommand,
  type DynamoDBClient,
  ScanCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { ASSET } from "./ledger-tables.ts";
import { type Random, seededRandom } from "./random.ts";
import type { TableNames } from "./totals.ts";
import { textOf } from "./value.ts";

export interface DisasterOptions {
  readonly seed: string;
  /** Which share of the assets is struck, from 0 to 1; at least one is. */
  readonly share: number;
}

export interface Damage {
  readonly overwritten: number;
  readonly deleted: number;
}

const AT_ONCE = 8;

/**
 * An operator's script meant for the test system: it resets balances and prunes rows of `asset`, directly in the
 * database, past ledger, transactions and hashes.
 */
export async function ruin(
  client: DynamoDBClient,
  names: TableNames,
  options: DisasterOptions,
): Promise<Damage> {
  const random = seededRandom(`${options.seed} disaster`);
  const isStruck = chooser(options.share);
  const table = names(ASSET.name);
  const damage = { overwritten: 0, deleted: 0 };
  let start: Record<string, AttributeValue> | undefined;
  do {
    const page = await client.send(
      new ScanCommand({ TableName: table, ...(start && { ExclusiveStartKey: start }) }),
    );
    const struck = (page.Items ?? []).filter((row) => isStruck(textOf(row, "id")));
    for (let first = 0; first < struck.length; first += AT_ONCE) {
      const strikes = struck.slice(first, first + AT_ONCE).map((row) => strike(client, table, row, random));
      for (const kind of await Promise.all(strikes)) damage[kind]++;
    }
    start = page.LastEvaluatedKey;
  } while (start);
  return damage;
}

/** Strikes every so many-th asset that turns up, beginning with the first. Rows of one asset come together. */
function chooser(share: number): (id: string) => boolean {
  let [last, due, struck] = ["", 1, false];
  return (id) => {
    if (id === last) return struck;
    last = id;
    struck = due >= 1;
    due += struck ? share - 1 : share;
    return struck;
  };
}

async function strike(
  client: DynamoDBClient,
  table: string,
  row: Record<string, AttributeValue>,
  random: Random,
): Promise<keyof Damage> {
  const { concatenatedPartitionKey, concatenatedClusteringKey } = row;
  if (!concatenatedPartitionKey || !concatenatedClusteringKey)
    throw new Error(`"${table}" is no asset table`);
  const target = { TableName: table, Key: { concatenatedPartitionKey, concatenatedClusteringKey } };
  if (random.below(2) === 0) {
    await client.send(new DeleteItemCommand(target));
    return "deleted";
  }
  await client.send(
    new UpdateItemCommand({
      ...target,
      UpdateExpression: "SET #output = :output",
      ExpressionAttributeNames: { "#output": "output" },
      ExpressionAttributeValues: { ":output": { S: '{"balance":0,"n":0}' } },
    }),
  );
  return "overwritten";
}
