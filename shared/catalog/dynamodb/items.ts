import {
  type AttributeValue,
  DeleteItemCommand,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  type TransactWriteItem,
  TransactWriteItemsCommand,
} from "@aws-sdk/client-dynamodb";
import type { Change, Changes, Condition, Item, ItemTable, Key } from "../parted/item-table.ts";
import { dynamodbFailures } from "./failure.ts";
import { isConditionFailed, mayHaveBeenCarriedOut, passes } from "./refusal.ts";
import type { CatalogTable } from "./table.ts";

type Attributes = Record<string, AttributeValue>;

/** The items of a DynamoDB table. Every read of a catalog is strongly consistent. */
export function dynamodbItems(open: CatalogTable): ItemTable {
  const { client, table: TableName } = open;
  return {
    ...dynamodbFailures(open),
    passes,
    mayHaveBeenCarriedOut,
    isRefused: isConditionFailed,

    async get(key, abortSignal) {
      const command = new GetItemCommand({ TableName, Key: attributesOf(key), ConsistentRead: true });
      const { Item: found } = await client.send(command, { abortSignal });
      return found && itemOf(found);
    },

    async page(partition, from, abortSignal) {
      const command = new QueryCommand({
        TableName,
        KeyConditionExpression: "pk = :pk",
        ExpressionAttributeValues: { ":pk": { S: partition } },
        ConsistentRead: true,
        ...(from !== undefined && { ExclusiveStartKey: from as Attributes }),
      });
      const { Items = [], LastEvaluatedKey: next } = await client.send(command, { abortSignal });
      return { items: Items.map(itemOf), ...(next && { next }) };
    },

    async change(changes, token, abortSignal) {
      await send(open, changes, token, abortSignal);
    },
  };
}

async function send(
  { client, table }: CatalogTable,
  changes: Changes,
  token: string,
  abortSignal: AbortSignal,
): Promise<void> {
  const [first, ...others] = changes.map((change) => writeOf(table, change));
  if (others.length > 0) {
    const TransactItems = [first, ...others] as TransactWriteItem[];
    await client.send(new TransactWriteItemsCommand({ TransactItems, ClientRequestToken: token }), {
      abortSignal,
    });
  } else if (first?.Put) await client.send(new PutItemCommand(first.Put), { abortSignal });
  else if (first?.Delete) await client.send(new DeleteItemCommand(first.Delete), { abortSignal });
}

function writeOf(TableName: string, change: Change): Pick<TransactWriteItem, "Put" | "Delete"> {
  const condition = conditionOf(change.only);
  switch (change.kind) {
    case "put":
      return { Put: { TableName, Item: attributesOf(change.item), ...condition } };
    case "remove":
      return { Delete: { TableName, Key: attributesOf(change.key), ...condition } };
    default:
      return change satisfies never;
  }
}

function conditionOf(only: Condition | undefined) {
  if (only === undefined) return {};
  switch (only.kind) {
    case "absent":
      return { ConditionExpression: "attribute_not_exists(pk)" };
    case "present":
      return { ConditionExpression: "attribute_exists(pk)" };
    case "has":
      return {
        ConditionExpression: "#attribute = :value",
        ExpressionAttributeNames: { "#attribute": only.attribute },
        ExpressionAttributeValues: { ":value": { S: only.value } },
      };
    default:
      return only satisfies never;
  }
}

function attributesOf(item: Item | Key): Attributes {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, attributeOf(value)]));
}

function attributeOf(value: string | number | Uint8Array): AttributeValue {
  if (typeof value === "string") return { S: value };
  return typeof value === "number" ? { N: String(value) } : { B: value };
}

function itemOf(found: Attributes): Item {
  const values = Object.entries(found).flatMap(([name, { S, N, B }]) => {
    const value = S ?? N ?? B;
    return value === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(values) as Item;
}
