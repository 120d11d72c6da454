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
import { text, textOf } from "./value.ts";

export interface DisasterOptions {
  readonly seed: string;
  /** Which share of the assets is struck, from 0 to 1; at least one is. */
  readonly share: number;
  /** Default: the ledger's assets. */
  readonly target?: Target;
}

/** A table with a column `id`, and what an overwritten row of it gets in one column. */
export interface Target {
  readonly table: string;
  readonly column: string;
  readonly value: AttributeValue;
}

export interface Damage {
  readonly overwritten: number;
  readonly deleted: number;
}

const AT_ONCE = 8;
const ASSETS: Target = { table: ASSET.name, column: "output", value: text('{"balance":0,"n":0}') };

/**
 * An operator's script meant for the test system: it resets balances and prunes rows, directly in the database,
 * past the service, its transactions and its hashes.
 */
export async function ruin(
  client: DynamoDBClient,
  names: TableNames,
  options: DisasterOptions,
): Promise<Damage> {
  const random = seededRandom(`${options.seed} disaster`);
  const isStruck = chooser(options.share);
  const { target = ASSETS } = options;
  const physical = { ...target, table: names(target.table) };
  const damage = { overwritten: 0, deleted: 0 };
  let start: Record<string, AttributeValue> | undefined;
  do {
    const page = await client.send(
      new ScanCommand({ TableName: physical.table, ...(start && { ExclusiveStartKey: start }) }),
    );
    const struck = (page.Items ?? []).filter((row) => isStruck(textOf(row, "id")));
    for (let first = 0; first < struck.length; first += AT_ONCE) {
      const strikes = struck
        .slice(first, first + AT_ONCE)
        .map((row) => strike(client, physical, row, random));
      for (const kind of await Promise.all(strikes)) damage[kind]++;
    }
    start = page.LastEvaluatedKey;
  } while (start);
  return damage;
}

/** Strikes every so many-th asset that turns up, beginning with the first. Rows of one asset come together. */
export function chooser(share: number): (id: string) => boolean {
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
  { table, column, value }: Target,
  row: Record<string, AttributeValue>,
  random: Random,
): Promise<keyof Damage> {
  const { concatenatedPartitionKey: partition, concatenatedClusteringKey: clustering } = row;
  if (partition === undefined) throw new Error(`"${table}" is no table of ScalarDB's`);
  const Key = {
    concatenatedPartitionKey: partition,
    ...(clustering && { concatenatedClusteringKey: clustering }),
  };
  if (random.below(2) === 0) {
    await client.send(new DeleteItemCommand({ TableName: table, Key }));
    return "deleted";
  }
  await client.send(
    new UpdateItemCommand({
      TableName: table,
      Key,
      UpdateExpression: "SET #column = :value",
      ExpressionAttributeNames: { "#column": column },
      ExpressionAttributeValues: { ":value": value },
    }),
  );
  return "overwritten";
}
