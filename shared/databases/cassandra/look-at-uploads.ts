import type { CapturedCassandra, CassySnapshot, SecondaryIndex } from "../../restore/cassandra/captured.ts";
import { type TablePlace, uploadPlace } from "../../restore/cassandra/upload-place.ts";
import {
  describeLack,
  indexesOf,
  type Lack,
  lacksOf,
  listsOf,
  MANIFEST,
} from "../../restore/cassandra/uploaded-table.ts";
import { concurrently } from "../concurrently.ts";
import type { BucketReader } from "./bucket-reader.ts";
import type { FoundUploads } from "./uploads.ts";

/** Only so many tables are in memory at a time, however many files a snapshot has. */
const TABLES_AT_A_TIME = 8;
const LISTS_AT_A_TIME = 4;
/** Of one table of one node: whoever reads them needs to know that, not each of a million. */
const TOLD_LACKS = 10;

interface FoundTable {
  readonly place: TablePlace;
  readonly files: number;
  readonly bytes: number;
  readonly lacks: readonly Lack[];
  readonly indexes: readonly string[];
}

/** Looks at every table of every node by itself: what else the bucket holds is never listed. */
export async function lookAtUploads(
  bucket: BucketReader,
  snapshot: CassySnapshot,
  { nodes, keyspaces }: Pick<CapturedCassandra, "nodes" | "keyspaces">,
  signal?: AbortSignal,
): Promise<FoundUploads> {
  const places = nodes.flatMap(({ address }) =>
    keyspaces.flatMap(({ name: keyspace, tables }) =>
      tables.map(({ name: table, id }) => ({ address, keyspace, table, id })),
    ),
  );
  const found = await concurrently(TABLES_AT_A_TIME, places, (place) =>
    lookAtTable(bucket, snapshot, place, signal),
  );
  const byNode = nodes.map(({ address }) => ({
    address,
    tables: found.filter(({ place }) => place.address === address),
  }));
  return {
    uploads: byNode.map(({ address, tables }) => ({
      address,
      files: sum(tables.map(({ files }) => files)),
      bytes: sum(tables.map(({ bytes }) => bytes)),
    })),
    unsavedIndexes: unsavedIndexes(found),
    missing: byNode.flatMap(({ address, tables }) =>
      tables.every(({ files }) => files === 0)
        ? [`there is nothing at all of node "${address}"`]
        : tables.flatMap(missingOf),
    ),
  };
}

async function lookAtTable(
  bucket: BucketReader,
  snapshot: CassySnapshot,
  place: TablePlace,
  signal: AbortSignal | undefined,
): Promise<FoundTable> {
  const folder = uploadPlace(snapshot, place);
  const files = await bucket.list(folder, signal);
  const read = async (name: string) =>
    files.has(name) ? bucket.text(folder + name, signal) : Promise.resolve(undefined);
  const manifest = await read(MANIFEST);
  const lists = new Map<string, string>();
  await concurrently(LISTS_AT_A_TIME, listsOf(manifest ?? ""), async (name) => {
    const list = await read(name);
    if (list !== undefined) lists.set(name, list);
  });
  return {
    place,
    files: files.size,
    bytes: sum([...files.values()]),
    lacks: lacksOf({ files, manifest, lists }),
    indexes: indexesOf(manifest),
  };
}

function missingOf({ place, lacks }: FoundTable): readonly string[] {
  const { address, keyspace, table, id } = place;
  const of = `of table "${keyspace}.${table}" (${id})`;
  const told = lacks.slice(0, TOLD_LACKS);
  const rest = lacks.length - told.length;
  return [
    ...told.map((lack) => `node "${address}" has ${describeLack(lack)} ${of}`),
    ...(rest > 0 ? [`node "${address}" lacks ${rest} more files ${of}`] : []),
  ];
}

/** An index is one of the whole cluster, whichever node had rows in it. */
function unsavedIndexes(found: readonly FoundTable[]): readonly SecondaryIndex[] {
  const named = found.flatMap(({ place: { keyspace, table }, indexes }) =>
    indexes.map((name) => ({ keyspace, table, name })),
  );
  const byName = new Map(named.map((each) => [`${each.keyspace}.${each.name}`, each]));
  return [...byName.values()];
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
