import {
  type AttributeValue,
  DeleteItemCommand,
  PutItemCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { StillpointError } from "../../../errors/stillpoint-error.ts";
import type { Change } from "../../../settle/change.ts";
import type { TableSchema } from "../../../verify/row-source.ts";
import { COMMITTED } from "../../../verify/transaction-row.ts";
import { CLUSTERING_KEY, type Item, PARTITION_KEY } from "../row-item.ts";
import { parseRowKey } from "../row-key.ts";
import { beforeColumns } from "./before-image.ts";

export type Metadata = Extract<Change, { kind: "metadata" }>;
type Forward = Extract<Change, { kind: "forward" }>;

/** A metadata row that is not there yet is named by the key of a record of its asset, which begins with the same column. */
export function keyOfChange({ key, kind }: Change, { clusteringKey }: TableSchema): Item {
  const { [CLUSTERING_KEY]: clustering, ...partition } = parseRowKey(key);
  if (clustering === undefined || (kind === "metadata" && clusteringKey.length === 0)) return partition;
  return { ...partition, [CLUSTERING_KEY]: clustering };
}

/** Whether the copy had no row to read under the key. */
export function foundNone({ kind, found: { transaction } }: Change): boolean {
  return (kind === "metadata" || kind === "earlier") && transaction === "";
}

/** The row must still be as it was found, so that a change is never made twice and never to another row. */
function ifFound(change: Change) {
  const { transaction, state } = change.found;
  const Names = { "#tx": "tx_id", "#state": "tx_state" };
  const failing = { ReturnValuesOnConditionCheckFailure: "ALL_OLD" } as const;
  if (foundNone(change))
    return {
      ...failing,
      ConditionExpression: `attribute_not_exists(${PARTITION_KEY})`,
      Names: {},
      Values: {},
    };
  if (state === null) {
    const ConditionExpression = "#tx = :tx AND attribute_not_exists(#state)";
    return { ...failing, ConditionExpression, Names, Values: { ":tx": { S: transaction } } };
  }
  const Values = { ":tx": { S: transaction }, ":state": number(state) };
  return { ...failing, ConditionExpression: "#tx = :tx AND #state = :state", Names, Values };
}

/** The service refuses them where they are empty. */
function attributes(
  ExpressionAttributeNames: Record<string, string>,
  ExpressionAttributeValues: Record<string, AttributeValue>,
) {
  return Object.keys(ExpressionAttributeNames).length === 0
    ? {}
    : { ExpressionAttributeNames, ExpressionAttributeValues };
}

export function removal(change: Change, schema: TableSchema): DeleteItemCommand {
  const { Names, Values, ...condition } = ifFound(change);
  return new DeleteItemCommand({
    TableName: change.table,
    Key: keyOfChange(change, schema),
    ...condition,
    ...attributes(Names, Values),
  });
}

/** Puts what a record was in the place of its row. */
export function replacement(change: Change, before: Item): PutItemCommand {
  const { Names, Values, ...condition } = ifFound(change);
  return new PutItemCommand({
    TableName: change.table,
    Item: before,
    ...condition,
    ...attributes(Names, Values),
  });
}

export function update(change: Forward | Metadata, schema: TableSchema): UpdateItemCommand {
  const set = { ...wantedOf(change, schema), ...keyColumnOf(change, schema) };
  const { Names, Values, ...condition } = ifFound(change);
  const sets = Object.keys(set).map((_, index) => `#s${index} = :s${index}`);
  const gone = beforeColumns(schema);
  const removes = gone.length === 0 ? "" : ` REMOVE ${gone.map((_, index) => `#r${index}`).join(", ")}`;
  return new UpdateItemCommand({
    TableName: change.table,
    Key: keyOfChange(change, schema),
    UpdateExpression: `SET ${sets.join(", ")}${removes}`,
    ...condition,
    ExpressionAttributeNames: { ...Names, ...numbered("#s", Object.keys(set)), ...numbered("#r", gone) },
    ExpressionAttributeValues: { ...Values, ...numbered(":s", Object.values(set)) },
  });
}

/** What the row holds once the change is made, as far as the change says so. */
export function wantedOf(change: Forward | Metadata, schema: TableSchema): Item {
  const committed = committedAt(change.committedMs);
  if (change.kind === "forward") return committed;
  const { age, transaction, preparedMs } = change;
  return {
    ...committed,
    latest_age: number(age),
    tx_id: { S: transaction },
    // The first age has version 1, and every age is one update more.
    tx_version: number(age + 1),
    ...("tx_prepared_at" in schema.columns && { tx_prepared_at: number(preparedMs) }),
  };
}

/** What a row in doubt gets once its transaction has committed. */
export function committedAt(committedMs: number): Item {
  return { tx_state: number(COMMITTED), tx_committed_at: number(committedMs) };
}

/** A row that is made anew has its key column too, which ScalarDB encodes as text that ends with a zero byte. */
function keyColumnOf(change: Forward | Metadata, schema: TableSchema): Item {
  if (change.kind === "forward" || change.found.transaction !== "") return {};
  const bytes = keyOfChange(change, schema)[PARTITION_KEY]?.B ?? new Uint8Array();
  const [column] = schema.partitionKey;
  if (column === undefined || bytes.indexOf(0) !== bytes.length - 1)
    throw new StillpointError(
      "INTERNAL",
      `the key ${change.key} of table "${change.table}" is not that of one text column; no original was touched`,
    );
  return { [column]: { S: Buffer.from(bytes.subarray(0, -1)).toString() } };
}

function numbered<T>(prefix: string, values: readonly T[]): Record<string, T> {
  return Object.fromEntries(values.map((value, index) => [`${prefix}${index}`, value]));
}

function number(value: number): AttributeValue.NMember {
  return { N: String(value) };
}
