import { CreateTableCommand, PutItemCommand, ScanCommand } from "@aws-sdk/client-dynamodb";
import { canonicalItem, type Item } from "../../../../shared/databases/dynamodb/row-item.ts";
import { rowKeyOf } from "../../../../shared/databases/dynamodb/row-key.ts";
import { tableSchemaOf } from "../../../../shared/databases/dynamodb/row-schema.ts";
import type { TableSchema } from "../../../../shared/verify/row-source.ts";
import { DEFAULT_NAMESPACES } from "../../../../shared/verify/table-role.ts";
import { type Swift, start, untilActive } from "../../../rehearsal/dynamodb/swift.ts";
import { fixtureText, itemOfJson } from "../../../verify/fixture-source.ts";

const PREFIX = "prod_";

/** Tables of a real Ledger's rows. */
export interface Rows {
  readonly schemas: ReadonlyMap<string, TableSchema>;
  readonly items: ReadonlyMap<string, readonly Item[]>;
}

export function rowsOf(file: string): Rows {
  const lines = fixtureText(file)
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as { readonly table: string; readonly item: unknown });
  const all = lines.map(({ table, item }) => ({ table, item: itemOfJson(item) }));
  const naming = { prefix: PREFIX, namespaces: DEFAULT_NAMESPACES };
  const metadata = all.filter(({ table }) => table === `${PREFIX}scalardb.metadata`).map(({ item }) => item);
  const schemas = metadata.map((item) =>
    tableSchemaOf({ metadata: item, physicalName: item["table"]?.S ?? "" }, naming),
  );
  const items = Map.groupBy(all, ({ table }) => table);
  return {
    schemas: new Map(schemas.map((schema) => [schema.physical, schema])),
    items: new Map([...items].map(([table, entries]) => [table, entries.map(({ item }) => item)])),
  };
}

/** A database with these tables, as ScalarDB's schema loader makes them. */
export async function holding({ schemas, items }: Rows, tables: readonly string[]): Promise<Swift> {
  const swift = await start();
  await Promise.all(
    tables.map(async (TableName) => {
      await create(swift, TableName, schemas.get(TableName)?.clusteringKey.length !== 0);
      for (const item of items.get(TableName) ?? [])
        await swift.client.send(new PutItemCommand({ TableName, Item: { ...item } }));
    }),
  );
  return swift;
}

async function create(swift: Swift, TableName: string, isClustered: boolean): Promise<void> {
  const keys = ["concatenatedPartitionKey", ...(isClustered ? ["concatenatedClusteringKey"] : [])];
  const command = new CreateTableCommand({
    TableName,
    KeySchema: keys.map((AttributeName, place) => ({
      AttributeName,
      KeyType: place === 0 ? "HASH" : "RANGE",
    })),
    AttributeDefinitions: keys.map((AttributeName) => ({ AttributeName, AttributeType: "B" })),
    BillingMode: "PAY_PER_REQUEST",
  });
  await swift.client.send(command);
  await untilActive(swift, TableName);
}

/** Items as comparable texts by their keys. */
export async function contentOf({ client }: Swift, TableName: string): Promise<Record<string, string>> {
  const { Items = [] } = await client.send(new ScanCommand({ TableName, ConsistentRead: true }));
  return textsOf(Items);
}

export function textsOf(items: readonly Item[]): Record<string, string> {
  return Object.fromEntries(items.map((item) => [rowKeyOf(item), canonicalItem(spelledAlike(item))]));
}

/** What a client writes as 0.0 the database gives back as 0. */
function spelledAlike(item: Item): Item {
  return Object.fromEntries(
    Object.entries(item).map(([name, value]) => [
      name,
      value.N === undefined ? value : { N: String(Number(value.N)) },
    ]),
  );
}
