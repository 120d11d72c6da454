import { DescribeTableCommand, paginateScan, type TableDescription } from "@aws-sdk/client-dynamodb";
import type { CapturedDynamodb, CapturedTable } from "../../restore/dynamodb/captured.ts";
import { concurrently } from "../concurrently.ts";
import { type Alarms, readAlarms } from "./alarms.ts";
import type { DynamodbConnection } from "./connection.ts";
import { attempt, isRefusal } from "./refusal.ts";
import { readSettings } from "./settings/read-settings.ts";
import { readRecovery } from "./settings/recovery.ts";
import { type ReadersOf, streamReaders } from "./stream-readers.ts";
import { indexTexts, keysText } from "./table-shape.ts";

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
 * that merely shares the prefix is none of our business. The alarms follow the tables' names, so they are looked at
 * only where somebody wants to know.
 */
export async function capture(
  connection: DynamodbConnection,
  naming: Naming,
  { withAlarms = false }: { readonly withAlarms?: boolean } = {},
): Promise<CapturedDynamodb> {
  const readersOf = streamReaders(connection);
  const alarms = withAlarms ? await readAlarms(connection) : undefined;
  const found = await eachListed(connection, naming, async (name, known) => {
    const table = await captureTable(connection, name, known, readersOf);
    return table && alarms ? { ...table, ...alarmsOf(table, alarms) } : table;
  });
  const { region, endpoint } = connection.address;
  return { region, ...(endpoint && { endpoint }), metadataTable: metadataTableOf(naming), ...found };
}

function alarmsOf({ name, unread = [] }: CapturedTable, alarms: Alarms): Partial<CapturedTable> {
  if (alarms.byTable === undefined) return { unread: [...unread, ...(alarms.unread ? [alarms.unread] : [])] };
  return { alarms: alarms.byTable.get(name) ?? [] };
}

/** As much of a capture as tells whether the tables are the same, and what a backup of them is worth. */
export type Identified = Pick<CapturedTable, "name" | "id" | "replicas" | "coverage">;

/** Two calls for each table, where a capture takes a dozen: for the look after the hold, which decides the verdict. */
export async function identify(
  connection: DynamodbConnection,
  naming: Naming,
): Promise<{ readonly tables: readonly Identified[]; readonly missing: readonly string[] }> {
  return eachListed(connection, naming, async (name) => {
    const table = await describeTable(connection, name);
    if (table === undefined) return undefined;
    const { coverage } = await readRecovery(connection, name);
    return {
      name,
      id: table.TableId ?? "",
      replicas: replicasOf(connection, table),
      ...(coverage && { coverage }),
    };
  });
}

type Known = Pick<CapturedTable, "coordinator" | "metadata">;

export async function eachListed<T>(
  connection: DynamodbConnection,
  naming: Naming,
  look: (name: string, known: Known) => Promise<T | undefined>,
): Promise<{ tables: T[]; missing: string[] }> {
  const coordinator = coordinatorTableOf(naming);
  const listed = await listedTables(connection, metadataTableOf(naming));
  const found = await concurrently(AT_A_TIME, [...listed.keys()].sort(), async (name) => ({
    name,
    table: await look(name, { coordinator: name === coordinator, metadata: listed.get(name) ?? {} }),
  }));
  return {
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
  known: Known,
  readersOf: ReadersOf = streamReaders(connection),
): Promise<CapturedTable | undefined> {
  const table = await describeTable(connection, name);
  if (table === undefined) return undefined;
  const { recoveryDays, coverage } = await readRecovery(connection, name);
  const { settings, dropped, unread } = await readSettings(connection, table, recoveryDays);
  const streamArn = settings.stream ? table.LatestStreamArn : undefined;
  const reading = streamArn === undefined ? { readers: [] } : await readersOf(streamArn);
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
    dropped: [...dropped],
    unread: [...unread, ...(reading.unread === undefined ? [] : [reading.unread])],
    ...(streamArn !== undefined && { streamArn }),
    ...(reading.readers && { readers: reading.readers }),
    replicas: replicasOf(connection, table),
    ...(table.MultiRegionConsistency === "STRONG" && { stronglyConsistent: true }),
    ...(coverage && { coverage }),
  };
}

/** The other ones: whether the service names the region that was asked too is not documented. */
export function replicasOf({ address }: DynamodbConnection, { Replicas = [] }: TableDescription): string[] {
  return Replicas.flatMap(({ RegionName = "" }) =>
    RegionName === address.region ? [] : [RegionName],
  ).sort();
}

/** Keys and indexes alone. Undefined where there is no such table. */
export async function captureShape(
  connection: DynamodbConnection,
  name: string,
): Promise<Pick<CapturedTable, "keys" | "indexes"> | undefined> {
  const table = await describeTable(connection, name);
  return table && { keys: keysText(table), indexes: indexTexts(table) };
}
