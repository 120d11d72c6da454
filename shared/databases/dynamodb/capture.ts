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

function coordinatorTableOf({ prefix, coordinatorNamespace }: Naming): string {
  return `${prefix}${coordinatorNamespace}.state`;
}

/** Describe calls at a time: DescribeContinuousBackups is limited to ten a second. */
const AT_A_TIME = 5;

/**
 * What there is and how it is set: the tables that ScalarDB's metadata lists, the coordinator among them. A table
 * that merely shares the prefix is none of our business.
 */
export async function capture(connection: DynamodbConnection, naming: Naming): Promise<CapturedDynamodb> {
  const metadataTable = metadataTableOf(naming);
  const coordinator = coordinatorTableOf(naming);
  const listed = await listedTables(connection, metadataTable);
  const found = await concurrently(AT_A_TIME, [...listed.keys()].sort(), async (name) => ({
    name,
    table: await captureTable(connection, name, {
      coordinator: name === coordinator,
      metadata: listed.get(name) ?? {},
    }),
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

type MetadataItem = CapturedTable["metadata"];

/** The items of ScalarDB's metadata table by the physical name of the table that they describe. */
export async function listedTables(
  { dynamodb }: Pick<DynamodbConnection, "dynamodb">,
  metadataTable: string,
): Promise<ReadonlyMap<string, MetadataItem>> {
  return attempt("read ScalarDB's metadata table", metadataTable, async () => {
    const items = new Map<string, MetadataItem>();
    for await (const page of paginateScan(
      { client: dynamodb },
      { TableName: metadataTable, ConsistentRead: true },
    ))
      for (const item of page.Items ?? [])
        if (item["table"]?.S !== undefined) items.set(item["table"].S, item);
    return items;
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
  known: Pick<CapturedTable, "coordinator" | "metadata">,
): Promise<CapturedTable | undefined> {
  const table = await describeTable(connection, name);
  if (table === undefined) return undefined;
  const { recoveryDays, coverage } = await readRecovery(connection, name);
  const { settings, reservedTags } = await readSettings(connection, table, recoveryDays);
  return {
    name,
    id: table.TableId ?? "",
    arn: table.TableArn ?? "",
    ...known,
    keys: keysText(table),
    indexes: indexTexts(table),
    items: table.ItemCount ?? 0,
    bytes: table.TableSizeBytes ?? 0,
    settings,
    dropped: droppedBy(table, reservedTags),
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
      const others = [...(Projection?.NonKeyAttributes ?? [])].sort();
      const included = others.length === 0 ? "" : ` ${others.join(", ")}`;
      return `${IndexName} (${keys}) ${Projection?.ProjectionType}${included}`;
    })
    .sort();
}

/** What a restored table loses and nothing here puts back. */
function droppedBy(table: TableDescription, reservedTags: readonly string[]): string[] {
  const dropped: string[] = [];
  if (table.StreamSpecification?.StreamEnabled) dropped.push("the stream, and what reads from it");
  const tableClass = table.TableClassSummary?.TableClass;
  if (tableClass !== undefined && tableClass !== "STANDARD") dropped.push(`the table class ${tableClass}`);
  if (reservedTags.length > 0)
    dropped.push(`the tags ${[...reservedTags].sort().join(", ")}, which only AWS can set`);
  return dropped;
}
