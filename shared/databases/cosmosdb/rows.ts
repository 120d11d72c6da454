import type { Container } from "@azure/cosmos";
import { attempt } from "../../azure/arm/refusal.ts";
import type { Page, TableSchema } from "../../verify/row-source.ts";
import { addDigests, recordDigest } from "../../verify/table-digest.ts";
import type { CosmosdbConnection } from "./connection.ts";
import { type PhysicalName, parsePhysicalName } from "./physical-name.ts";
import { canonicalDocument, type RowDocument, rowOfDocument } from "./row-document.ts";
import { type Part, type PartitionRange, partsOf, type Span, spanOf } from "./segments.ts";

/** Documents of an answer at most; one of the service has 4 MB at most anyway. */
const PAGE = 1_000;
const EVERYTHING = "SELECT * FROM c";

type Reading = Pick<CosmosdbConnection, "data">;

/** One of the disjoint segments that a container is read in. */
export async function* scanContainer(
  connection: Reading,
  schema: Pick<TableSchema, "physical" | "columns">,
  segment: number,
  segments: number,
  pageSize = PAGE,
): AsyncGenerator<Page> {
  const span = spanOf(segment, segments);
  for await (const documents of readSpan(connection, schema.physical, span, pageSize))
    yield pageOf(documents as readonly RowDocument[], schema);
}

/** Every document of a small container. */
export async function readDocuments(connection: Reading, physical: string): Promise<readonly object[]> {
  const found: object[] = [];
  for await (const documents of readSpan(connection, physical, spanOf(0, 1), PAGE)) found.push(...documents);
  return found;
}

async function* readSpan(
  connection: Reading,
  physical: string,
  span: Span,
  pageSize: number,
): AsyncGenerator<readonly object[]> {
  const container = await containerOf(connection, parsePhysicalName(physical));
  for (const part of partsOf(span, await readRanges(container, physical)))
    yield* readPart(container, physical, { ...part, pageSize });
}

async function containerOf(
  { data }: Reading,
  { account, database, container }: PhysicalName,
): Promise<Container> {
  return (await data(account)).database(database).container(container);
}

async function readRanges(container: Container, name: string): Promise<readonly PartitionRange[]> {
  const { resources } = await attempt("list the partitions of container", name, () =>
    container.readPartitionKeyRanges().fetchAll(),
  );
  return resources;
}

/**
 * A scan, which no index is needed for: the ones of a restored account may still be built. It goes to one physical
 * partition, and there to a stretch of the hashed keys. Where the partition was split since it was listed, the service
 * says that it is gone, and the segment is read again as a whole.
 */
async function* readPart(
  container: Container,
  name: string,
  { range, from, to, pageSize }: Part & { readonly pageSize: number },
): AsyncGenerator<readonly object[]> {
  const reading = container.items.query(EVERYTHING, {
    maxItemCount: pageSize,
    initialHeaders: {
      "x-ms-documentdb-partitionkeyrangeid": range,
      "x-ms-read-key-type": "EffectivePartitionKeyRange",
      "x-ms-start-epk": from,
      "x-ms-end-epk": to,
    },
  });
  // Ended by the container itself: every page moves the continuation on.
  while (reading.hasMoreResults()) {
    const { resources } = await attempt("read container", name, () => reading.fetchNext());
    if (resources !== undefined && resources.length > 0) yield resources as readonly object[];
  }
}

function pageOf(documents: readonly RowDocument[], schema: Pick<TableSchema, "columns">): Page {
  return {
    rows: documents.map((document) => rowOfDocument(document, schema)),
    digest: documents.reduce(
      (sum, document) => addDigests(sum, recordDigest(canonicalDocument(document))),
      0n,
    ),
  };
}
