import { type DynamoDBClient, ScanCommand, type ScanCommandOutput } from "@aws-sdk/client-dynamodb";
import { DEFAULT_PARALLELISM, type Parallelism } from "../../verify/read-tables.ts";
import type { Page, RowSource } from "../../verify/row-source.ts";
import { addDigests, digestText, recordDigest, type TableDigest } from "../../verify/table-digest.ts";
import { canonicalItem, type Item, rowOfItem } from "./row-item.ts";
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
    async *scan(table, segment, segments) {
      for await (const items of scanItems(client, table.physical, segment, segments)) yield pageOf(items);
    },
  };
}

/** Count and digest of one table as it is, bit by bit: two tables with equal digests hold the same items. */
export async function readTable(
  client: ReadingClient,
  physicalName: string,
  { segments, parallel }: Parallelism = DEFAULT_PARALLELISM,
): Promise<TableDigest> {
  let count = 0;
  let digest = 0n;
  const queue = Array.from({ length: segments }, (_, segment) => segment).values();
  const worker = async () => {
    for (const segment of queue) {
      for await (const items of scanItems(client, physicalName, segment, segments)) {
        count += items.length;
        digest = addDigests(digest, digestOf(items));
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(parallel, segments) }, worker));
  return { count, digest: digestText(digest) };
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
    const answer: ScanCommandOutput = await client.send(command);
    start = answer.LastEvaluatedKey;
    if (answer.Items !== undefined && answer.Items.length > 0) yield answer.Items;
  } while (start !== undefined);
}

function pageOf(items: readonly Item[]): Page {
  return { rows: items.map(rowOfItem), digest: digestOf(items) };
}

function digestOf(items: readonly Item[]): bigint {
  return items.reduce((sum, item) => addDigests(sum, recordDigest(canonicalItem(item))), 0n);
}
