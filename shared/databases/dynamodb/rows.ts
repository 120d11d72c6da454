import { type DynamoDBClient, ScanCommand, type ScanCommandOutput } from "@aws-sdk/client-dynamodb";
import type { Page, RowSource, TableSchema } from "../../verify/row-source.ts";
import { addDigests, recordDigest } from "../../verify/table-digest.ts";
import { attempt } from "./refusal.ts";
import { canonicalItem, type Item, rowOfItem } from "./row-item.ts";
import { rowKeyOf } from "./row-key.ts";
import { type MappedTable, type NamingSettings, tableSchemaOf } from "./row-schema.ts";

/** As much of the SDK's client as reading takes. Retries and throttling are its own. */
export type ReadingClient = Pick<DynamoDBClient, "send">;

/** The tables of a deployment, or of a copy of it under other names, as verification reads them. */
export function dynamoRows(
  client: ReadingClient,
  tables: readonly MappedTable[],
  naming: NamingSettings,
): RowSource {
  return {
    tables: tables.map((table) => tableSchemaOf(table, naming)),
    scan: (table, segment, segments) => scanTable(client, table, segment, segments),
  };
}

/** One of the disjoint segments that a table is read in. */
export async function* scanTable(
  client: ReadingClient,
  { physical }: Pick<TableSchema, "physical">,
  segment: number,
  segments: number,
): AsyncGenerator<Page> {
  for await (const items of scanItems(client, physical, segment, segments)) yield pageOf(items);
}

/** Pages of one segment. Ended by the table itself: every page moves the start key on. */
async function* scanItems(
  client: ReadingClient,
  physicalName: string,
  segment: number,
  segments: number,
): AsyncGenerator<readonly Item[]> {
  let start: Item | undefined;
  do {
    const command = new ScanCommand({
      TableName: physicalName,
      ConsistentRead: true,
      Segment: segment,
      TotalSegments: segments,
      ...(start === undefined ? {} : { ExclusiveStartKey: start }),
    });
    const answer: ScanCommandOutput = await attempt("read table", physicalName, () => client.send(command));
    start = answer.LastEvaluatedKey;
    if (answer.Items !== undefined && answer.Items.length > 0) yield answer.Items;
  } while (start !== undefined);
}

function pageOf(items: readonly Item[]): Page {
  return {
    rows: items.map(rowOfItem),
    digest: digestOf(items),
    keyAt: (index) => rowKeyOf(items[index] ?? {}),
  };
}

function digestOf(items: readonly Item[]): bigint {
  return items.reduce((sum, item) => addDigests(sum, recordDigest(canonicalItem(item))), 0n);
}
