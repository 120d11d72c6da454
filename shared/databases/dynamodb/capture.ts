import { DescribeTableCommand, paginateScan, type TableDescription } from "@aws-sdk/client-dynamodb";
import type { CapturedDynamodb, CapturedTable } from "../../restore/dynamodb/captured.ts";
import { concurrently } from "./concurrently.ts";
import type { DynamodbConnection } from "./connection.ts";
import { attempt, isRefusal } from "./refusal.ts";
import { readRecovery, readSettings } from "./settings.ts";

/** How ScalarDB names its tables: `<prefix><namespace>.<table>`. */
export interface Naming {
  readonly prefix: string;
  readonly metadataNamespace: string;
  readonly coordinatorNamespace: string;
}

export function metadataTableOf({ prefix, metadataNamespace }: Naming): string {
  return `${prefix}${metadataNamespace}.metadata`;
}

export function coordinatorTableOf({ prefix, coordinatorNamespace }: Naming): string {
  return `${prefix}${coordinatorNamespace}.state`;
}

/** Describe calls at a time: DescribeContinuousBackups is limited to ten a second. */
const AT_A_TIME = 5;

/**
 * What there is and how it is set: the tables that ScalarDB's metadata lists, and the coordinator. A table that
 * merely shares the prefix is none of our business.
 */
export async function capture(connection: DynamodbConnection, naming: Naming): Promise<CapturedDynamodb> {
  const metadataTable = metadataTableOf(naming);
  const coordinator = coordinatorTableOf(naming);
  const names = [...new Set([...(await listedTables(connection, metadataTable)), coordinator])].sort();
  const found = await concurrently(AT_A_TIME, names, async (name) => ({
    name,
    table: await captureTable(connection, name, name === coordinator),
  }));
  const { region, endpoint } = connection.address;
  return {
    region,
    ...(endpoint && { endpoint }),
    metadataTable,
    tables: found.flatMap(({ table }) => (table === undefined ? [] : [table])),
    missing: found.filter(({ table }) => table === undefined).map(({ name }) => name),
  };
}

/** Physical names of all tables in ScalarDB's metadata. */
async function listedTables(
  { dynamodb }: DynamodbConnection,
  metadataTable: string,
): Promise<readonly string[]> {
  return attempt("read ScalarDB's metadata table", metadataTable, async () => {
    const names: string[] = [];
    const input = { TableName: metadataTable, ConsistentRead: true, ProjectionExpression: "#table" };
    const pages = paginateScan(
      { client: dynamodb },
      { ...input, ExpressionAttributeNames: { "#table": "table" } },
    );
    for await (const page of pages)
      for (const item of page.Items ?? []) if (item["table"]?.S !== undefined) names.push(item["table"].S);
    return names;
  });
}

/** Undefined where there is no such table. */
export async function describeTable(
  { dynamodb }: DynamodbConnection,
  name: string,
): Promise<TableDescription | undefined> {
  return attempt("describe table", name, async () => {
    try {
      return (await dynamodb.send(new DescribeTableCommand({ TableName: name }))).Table;
    } catch (error) {
      if (isRefusal(error, "ResourceNotFoundException")) return undefined;
      throw error;
    }
  });
}

export async function captureTable(
  connection: DynamodbConnection,
  name: string,
  coordinator: boolean,
): Promise<CapturedTable | undefined> {
  const table = await describeTable(connection, name);
  if (table === undefined) return undefined;
  const { recoveryDays, coverage } = await readRecovery(connection, name);
  return {
    name,
    id: table.TableId ?? "",
    arn: table.TableArn ?? "",
    coordinator,
    keys: keysText(table),
    indexes: indexTexts(table),
    items: table.ItemCount ?? 0,
    bytes: table.TableSizeBytes ?? 0,
    settings: await readSettings(connection, table, recoveryDays),
    dropped: droppedBy(table),
    replicas: (table.Replicas ?? []).map(({ RegionName }) => RegionName ?? ""),
    ...(coverage && { coverage }),
  };
}

function keysText({ KeySchema = [], AttributeDefinitions = [] }: TableDescription): string {
  const types = new Map(
    AttributeDefinitions.map(({ AttributeName, AttributeType }) => [AttributeName, AttributeType]),
  );
  return KeySchema.map(
    ({ AttributeName, KeyType }) => `${AttributeName} ${KeyType} ${types.get(AttributeName)}`,
  ).join(", ");
}

function indexTexts({ GlobalSecondaryIndexes = [], LocalSecondaryIndexes = [] }: TableDescription): string[] {
  return [...GlobalSecondaryIndexes, ...LocalSecondaryIndexes]
    .map(({ IndexName, KeySchema = [], Projection }) => {
      const keys = KeySchema.map(({ AttributeName, KeyType }) => `${AttributeName} ${KeyType}`).join(", ");
      return `${IndexName} (${keys}) ${Projection?.ProjectionType}`;
    })
    .sort();
}

/** What a restored table loses and nothing here puts back. */
function droppedBy(table: TableDescription): string[] {
  const dropped: string[] = [];
  if (table.StreamSpecification?.StreamEnabled) dropped.push("the stream, and what reads from it");
  const tableClass = table.TableClassSummary?.TableClass;
  if (tableClass !== undefined && tableClass !== "STANDARD") dropped.push(`the table class ${tableClass}`);
  return dropped;
}
