import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { folderParts } from "../shared/parts/folder-parts.ts";
import { scanToSettle } from "../shared/settle/scan-to-settle.ts";
import { type SettlingRoom, settleParts } from "../shared/settle/settle-parts.ts";
import type { ScannedSegment } from "../shared/verify/part.ts";
import type { ColumnType, Page, Row, TableSchema } from "../shared/verify/row-source.ts";
import { scanInput } from "../shared/verify/scan-input.ts";
import type { Scope } from "../shared/verify/scope.ts";
import { DEFAULT_CLOCKS } from "../shared/verify/subject.ts";
import { DEFAULT_NAMESPACES, roleOf } from "../shared/verify/table-role.ts";

/**
 * Rows per second of settling, the memory and the disk that it takes, over a generated ledger:
 * `node bench/settle.ts [ASSET_ROWS] [SEGMENTS]`. Nothing is read over a network. Every asset has 20 ages, every
 * transaction writes one of them and reads one of another asset; they are 10 ms apart and end at the second of the copy.
 * Generating rows takes time as well, which is measured by itself and taken off.
 */
const ROWS = Number(process.argv[2] ?? 1_000_000);
const SEGMENTS = Number(process.argv[3] ?? 10);
const AGES = 20;
const ASSETS = Math.ceil(ROWS / AGES);
const PAGE_ROWS = 500;
const SECOND = 1_800_000_000;
const BETWEEN_MS = 10;

const TX: Record<string, ColumnType> = {
  tx_id: "text",
  tx_state: "int",
  tx_version: "int",
  tx_prepared_at: "bigint",
  tx_committed_at: "bigint",
};

function schema(table: string, key: readonly string[], columns: Record<string, ColumnType>): TableSchema {
  const [namespace = "", name = ""] = table.split(".");
  return {
    physical: table,
    namespace,
    table: name,
    role: roleOf(namespace, name, columns, DEFAULT_NAMESPACES),
    transactional: "tx_version" in columns,
    partitionKey: key.slice(0, 1),
    clusteringKey: key.slice(1),
    columns,
    secondaryIndexes: [],
  };
}

/** Transaction ids are as long as a client's; the one of an age of an asset is of the time of that age. */
function transactionOf(asset: number, age: number) {
  const number = age * ASSETS + asset;
  const atMs = SECOND * 1000 - (ASSETS * AGES - number) * BETWEEN_MS;
  return { number, id: `5e77a1e0-0000-4000-8000-${String(number).padStart(12, "0")}`, atMs };
}

function columnsOf(asset: number, age: number): Record<string, string | number> {
  const { id, atMs } = transactionOf(asset, age);
  return { tx_id: id, tx_state: 3, tx_version: 1, tx_prepared_at: atMs - 5, tx_committed_at: atMs };
}

function assetRow(asset: number, age: number): Row {
  const read = (asset * 7919 + age) % ASSETS;
  const own = age === 0 ? "" : `"asset-${asset}":{"age":${age - 1}}`;
  const other =
    age === 0 || read === asset ? "" : `${own === "" ? "" : ","}"asset-${read}":{"age":${age - 1}}`;
  return {
    id: `asset-${asset}`,
    age,
    input: `{${own}${other}}`,
    output: `{"balance":${asset}}`,
    argument: `V3\u0001${transactionOf(asset, age).id}\u0003default\u0003\u0003{}`,
    ...columnsOf(asset, age),
  };
}

function coordinatorRow(number: number): Row {
  const { id, atMs } = transactionOf(number % ASSETS, Math.floor(number / ASSETS));
  return { tx_id: id, tx_state: 3, tx_created_at: atMs };
}

interface Table {
  readonly schema: TableSchema;
  readonly count: number;
  readonly rowAt: (index: number) => Row;
}

const TABLES: readonly Table[] = [
  {
    schema: schema("scalar.asset", ["id", "age"], { id: "text", age: "int", prev_hash: "blob", ...TX }),
    count: ASSETS * AGES,
    rowAt: (index) => assetRow(Math.floor(index / AGES), index % AGES),
  },
  {
    schema: schema("scalar.asset_metadata", ["asset_id"], { asset_id: "text", latest_age: "int", ...TX }),
    count: ASSETS,
    rowAt: (index) => ({ asset_id: `asset-${index}`, latest_age: AGES - 1, ...columnsOf(index, AGES - 1) }),
  },
  {
    schema: schema("coordinator.state", ["tx_id"], {
      tx_id: "text",
      tx_state: "int",
      tx_created_at: "bigint",
    }),
    count: ASSETS * AGES,
    rowAt: coordinatorRow,
  },
];

async function* pages(
  { count, rowAt, schema: { partitionKey } }: Table,
  segment: number,
): AsyncGenerator<Page> {
  const border = (at: number) => Math.floor((count * at) / SEGMENTS / AGES) * AGES;
  const end = segment + 1 === SEGMENTS ? count : border(segment + 1);
  for (let index = border(segment); index < end; index += PAGE_ROWS) {
    const length = Math.min(PAGE_ROWS, end - index);
    const rows = Array.from({ length }, (_, at) => rowAt(index + at));
    const keyAt = (at: number) => `{"concatenatedPartitionKey":"${rows[at]?.[partitionKey[0] ?? ""]}=="}`;
    yield { rows, digest: 0n, keyAt };
  }
}

let peakBytes = 0;
let peakDisk = 0;

function look(folder: string): void {
  peakBytes = Math.max(peakBytes, process.memoryUsage.rss());
  peakDisk = Math.max(peakDisk, sizeOf(folder));
}

function sizeOf(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .map((each) => statSync(join(each.parentPath, each.name), { throwIfNoEntry: false }))
    .reduce((sum, found) => sum + (found?.isFile() === true ? found.size : 0), 0);
}

async function timed<T>(
  what: string,
  rows: number,
  lessMs: number,
  work: () => Promise<T>,
): Promise<[T, number]> {
  const started = performance.now();
  const result = await work();
  const ms = performance.now() - started - lessMs;
  const rate = Math.round((rows / ms) * 1000).toLocaleString("en-US");
  const memory = `at most ${Math.round(peakBytes / 1e6)} MB resident, ${Math.round(peakDisk / 1e6)} MB on disk`;
  console.log(`${what}: ${Math.round(ms / 1000)} s, ${rate} rows/s, ${memory}`);
  return [result, ms];
}

const folder = mkdtempSync(join(tmpdir(), "stillpoint-bench-"));
const scratchDir = join(folder, "scratch");
mkdirSync(scratchDir);
const rows = TABLES.reduce((sum, { count }) => sum + count, 0);
const scope: Scope = {
  run: "bench",
  subject: { kind: "settled", atSecond: SECOND, keptUntilMs: SECOND * 1000 - 1250 },
  clocks: DEFAULT_CLOCKS,
  namespaces: DEFAULT_NAMESPACES,
  tables: TABLES.map((each) => ({ database: "main", schema: each.schema, bytes: 0, as: "copy" })),
};
const room: SettlingRoom = {
  parts: folderParts(join(folder, "parts")),
  scratchDir,
  read: (table, segment) =>
    pages(TABLES.find((each) => each.schema.physical === table.schema.physical) as Table, segment),
  keepPage: async () => look(folder),
};

console.log(
  `${(ASSETS * AGES).toLocaleString("en-US")} asset rows, ${rows.toLocaleString("en-US")} rows in all`,
);
const places = TABLES.flatMap((_, place) =>
  Array.from({ length: SEGMENTS }, (__, segment) => ({ place, segment, segments: SEGMENTS })),
);
const watch = setInterval(() => look(folder), 100);
const [, generatingMs] = await timed("generating alone", rows, 0, async () => {
  for (const { place, segment } of places) for await (const _ of pages(TABLES[place] as Table, segment));
});
const [scanned] = await timed("reading", rows, generatingMs, async () => {
  const all: ScannedSegment[] = [];
  for (const segment of places) {
    const { keys: _, ...input } = scanInput(scope, segment, []);
    all.push({ ...segment, part: await scanToSettle(room, input) });
    look(folder);
  }
  return all;
});
const bytes = scanned.reduce((sum, { part }) => sum + part.bytes, 0);
console.log(`  parts of ${((bytes / rows) * 0.1).toFixed(2)} MB to 100,000 rows`);
const [settlement] = await timed("deciding", rows, 0, () => settleParts(room, { scope, scanned }));
look(folder);
clearInterval(watch);
console.log(
  settlement,
  `at most ${Math.round(peakBytes / 1e6)} MB resident, ${Math.round(peakDisk / 1e6)} MB on disk`,
);
rmSync(folder, { recursive: true });
