import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
} from "@aws-sdk/client-dynamodb";
import { StillpointError } from "../../../errors/stillpoint-error.ts";
import type { Change } from "../../../settle/change.ts";
import { integerOf, textOf } from "../../../verify/row.ts";
import type { TableSchema } from "../../../verify/row-source.ts";
import { COMMITTED } from "../../../verify/transaction-row.ts";
import { patiently } from "../patiently.ts";
import { attempt } from "../refusal.ts";
import { type Item, rowOfItem } from "../row-item.ts";
import { beforeImage, hasBeforeColumns } from "./before-image.ts";
import { foundNone, keyOfChange, removal, replacement, update, wantedOf } from "./compose.ts";
import { type Earlier, isSameRow, rowBefore } from "./row-before.ts";

/** As much of the SDK's client as changing rows takes. */
export type ChangingClient = Pick<DynamoDBClient, "send">;

const THROTTLED = [
  "ProvisionedThroughputExceededException",
  "RequestLimitExceeded",
  "ThrottlingException",
  "TransactionConflictException",
];

/** Makes one change of a copy, unless it was made before. A row that is neither as found nor as wanted is an error. */
export async function makeChange(client: ChangingClient, schema: TableSchema, change: Change): Promise<void> {
  await attempt("settle table", change.table, () =>
    patiently(THROTTLED, async () => {
      const before = change.kind === "earlier" ? await readBefore(client, schema, change) : undefined;
      const standsInTheWay = await tried(client, schema, change, before);
      if (standsInTheWay !== undefined) refuseUnlessMade(schema, change, standsInTheWay.item, before);
    }),
  );
}

/** What was there instead, where the row was not as it was found. */
async function tried(
  client: ChangingClient,
  schema: TableSchema,
  change: Change,
  before: Item | undefined,
): Promise<{ readonly item: Item | undefined } | undefined> {
  const item =
    change.kind === "back" ? await read(client, change.table, keyOfChange(change, schema)) : undefined;
  if (change.kind === "back" && !isAsFound(change, item)) return { item };
  try {
    await send(client, schema, change, change.kind === "back" ? beforeImage(schema, item ?? {}) : before);
    return undefined;
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
    return { item: error.Item };
  }
}

/** `before` is what comes back, where anything does. */
async function send(
  client: ChangingClient,
  schema: TableSchema,
  change: Change,
  before: Item | undefined,
): Promise<unknown> {
  switch (change.kind) {
    case "remove":
      return client.send(removal(change, schema));
    case "back":
    case "earlier":
      return before === undefined
        ? client.send(removal(change, schema))
        : client.send(replacement(change, before));
    case "forward":
    case "metadata":
      return client.send(update(change, schema));
    default:
      return change satisfies never;
  }
}

async function readBefore(
  client: ChangingClient,
  schema: TableSchema,
  change: Earlier,
): Promise<Item | undefined> {
  return rowBefore(schema, change, await read(client, change.from, keyOfChange(change, schema)));
}

async function read(client: ChangingClient, TableName: string, Key: Item): Promise<Item | undefined> {
  const { Item: item } = await client.send(new GetItemCommand({ TableName, Key, ConsistentRead: true }));
  return item;
}

function isAsFound({ found }: Change, item: Item | undefined): boolean {
  if (item === undefined) return false;
  const row = rowOfItem(item);
  return textOf(row, "tx_id") === found.transaction && (integerOf(row, "tx_state") ?? null) === found.state;
}

function refuseUnlessMade(
  schema: TableSchema,
  change: Change,
  item: Item | undefined,
  before: Item | undefined,
): void {
  if (change.kind === "earlier" ? isSameRow(item, before) : isMade(schema, change, item)) return;
  const { transaction, state } = change.found;
  const was = foundNone(change) ? "not there" : rowText(transaction, state);
  throw new StillpointError(
    "COPY_DIFFERS",
    `the row ${change.key} of the copy "${change.table}" is not as it was read, nor as settling makes it ("${change.kind}"): it was ${was}, and now ${stateText(item)}. Somebody else wrote to the copy; the originals were not touched`,
  );
}

function isMade(schema: TableSchema, change: Exclude<Change, Earlier>, item: Item | undefined): boolean {
  switch (change.kind) {
    case "remove":
      return item === undefined;
    case "back":
      return item === undefined || isRolledBack(schema, change, item);
    case "metadata":
      return item !== undefined && isSettled(schema, item, wantedOf(change, schema));
    case "forward":
      return (
        item !== undefined &&
        isSettled(schema, item, { ...wantedOf(change, schema), tx_id: { S: change.found.transaction } })
      );
    default:
      return change satisfies never;
  }
}

function isSettled(schema: TableSchema, item: Item, wanted: Item): boolean {
  const [row, asked] = [rowOfItem(item), rowOfItem(wanted)];
  return !hasBeforeColumns(schema, item) && Object.keys(asked).every((name) => row[name] === asked[name]);
}

/** What it went back to was committed by another transaction, or imported. */
function isRolledBack(schema: TableSchema, { found }: Change, item: Item): boolean {
  const row = rowOfItem(item);
  const state = integerOf(row, "tx_state");
  return (
    !hasBeforeColumns(schema, item) &&
    textOf(row, "tx_id") !== found.transaction &&
    (state === undefined || state === COMMITTED)
  );
}

function stateText(item: Item | undefined): string {
  if (item === undefined) return "is gone";
  const row = rowOfItem(item);
  return `is ${rowText(textOf(row, "tx_id") ?? "", integerOf(row, "tx_state") ?? null)}`;
}

function rowText(transaction: string, state: number | null): string {
  return transaction === "" && state === null
    ? "without a transaction"
    : `of transaction "${transaction}" in state ${state ?? "NULL"}`;
}
