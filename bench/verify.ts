import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { folderParts } from "../shared/parts/folder-parts.ts";
import { assetHash } from "../shared/verify/asset-row.ts";
import { judgeParts } from "../shared/verify/judge-parts.ts";
import type { ScannedSegment } from "../shared/verify/part.ts";
import type { ColumnType, Page, Row, TableSchema } from "../shared/verify/row-source.ts";
import { scanInput } from "../shared/verify/scan-input.ts";
import { scanSegment } from "../shared/verify/scan-segment.ts";
import type { Scope } from "../shared/verify/scope.ts";
import { planSegments } from "../shared/verify/segments.ts";
import { DEFAULT_CLOCKS } from "../shared/verify/subject.ts";
import { recordDigest } from "../shared/verify/table-digest.ts";
import { DEFAULT_NAMESPACES, roleOf } from "../shared/verify/table-role.ts";
import { verifyCopy } from "../shared/verify/verify-copy.ts";
import type { Workroom } from "../shared/verify/workroom.ts";

/**
 * Rows per second of verification, in one piece and in parts, and the memory it takes, over generated tables:
 * `node bench/verify.ts [ROWS] [SEGMENTS]`. Nothing is read over a network and nothing is signed; what is measured is
 * taking in, keeping parts in a folder, merging, sorting and judging.
 */
const ROWS = Number(process.argv[2] ?? 1_000_000);
const SEGMENTS = Number(process.argv[3] ?? 10);
const FIFTEEN_MINUTES_MS = 900_000;
const AGES = 20;
const PAGE_ROWS = 500;
const START_MS = 1_795_000_000_000;
const ROWS_PER_TRANSACTION = 4;

const TX: Record<string, ColumnType> = {
  tx_id: "text",
  tx_state: "int",
  tx_version: "int",
  tx_prepared_at: "bigint",
  tx_committed_at: "bigint",
};

function schema(
  namespace: string,
  table: string,
  key: readonly [string, ...string[]],
  columns: Record<string, ColumnType>,
): TableSchema {
  const [partition, ...clustering] = key;
  const role = roleOf(namespace, table, columns, { ledger: "scalar", coordinator: "coordinator" });
  return {
    physical: `${namespace}.${table}`,
    namespace,
    table,
    role,
    transactional: "tx_id" in columns && role !== "coordinator",
    partitionKey: [partition],
    clusteringKey: clustering,
    columns,
    secondaryIndexes: [],
  };
}

function transaction(number: number): Record<string, string | number> {
  const id = createHash("md5").update(String(number)).digest("hex");
  const preparedMs = START_MS + number;
  return {
    tx_id: id,
    tx_state: 3,
    tx_version: 1,
    tx_prepared_at: preparedMs,
    tx_committed_at: preparedMs + 20,
  };
}

function userRow(number: number): Row {
  const tx = transaction(Math.floor(number / ROWS_PER_TRANSACTION));
  return { id: `account-${number}`, balance: number, region: "r1", ...tx };
}

function coordinatorRow(number: number): Row {
  const { tx_id, tx_prepared_at } = transaction(number);
  return { tx_id: tx_id ?? "", tx_state: 3, tx_created_at: Number(tx_prepared_at) + 20 };
}

function* assetRows(from: number, to: number): Generator<Row> {
  for (let number = from; number < to; number += AGES) {
    let previousHash: Uint8Array | undefined;
    for (let age = 0; age < AGES; age += 1) {
      const id = `asset-${number / AGES}`;
      const tx = transaction(number + age);
      const record = {
        id,
        age,
        input: age === 0 ? "{}" : `{"${id}":{"age":${age - 1}}}`,
        output: `{"balance":${number}}`,
        contractId: "bob/1/transfer",
        argument: `V3\u0001${tx["tx_id"]}\u0003default\u0003\u0003{"asset":"${id}"}`,
        signature: new Uint8Array(70),
        hash: new Uint8Array(),
        previousHash,
      };
      const hash = assetHash(record);
      yield {
        ...tx,
        id,
        age,
        input: record.input,
        output: record.output,
        contract_id: record.contractId,
        argument: record.argument,
        signature: record.signature,
        hash,
        prev_hash: previousHash ?? null,
      };
      previousHash = hash;
    }
  }
}

function* numbered(from: number, to: number, row: (number: number) => Row): Generator<Row> {
  for (let number = from; number < to; number += 1) yield row(number);
}

interface Table {
  readonly schema: TableSchema;
  readonly count: number;
  readonly rows: (from: number, to: number) => Iterable<Row>;
}

/** A segment is a stretch of whole assets. */
async function* pages({ rows, count }: Table, segment: number, segments: number): AsyncGenerator<Page> {
  const border = (at: number) => Math.floor((count * at) / segments / AGES) * AGES;
  let page: Row[] = [];
  const digested = () => ({ rows: page, digest: recordDigest(String(page.length)) });
  for (const row of rows(border(segment), segment + 1 === segments ? count : border(segment + 1))) {
    page.push(row);
    if (page.length < PAGE_ROWS) continue;
    yield digested();
    page = [];
  }
  yield digested();
}

interface Time {
  readonly wallMs: number;
  /** Of the processor: what a host does that has nothing else to do. */
  readonly cpuMs: number;
}

async function timed<T>(work: () => Promise<T>): Promise<Time & { readonly result: T }> {
  const [started, cpu] = [performance.now(), process.cpuUsage()];
  const result = await work();
  const { user, system } = process.cpuUsage(cpu);
  return { wallMs: performance.now() - started, cpuMs: (user + system) / 1000, result };
}

function less(time: Time, other: Time): Time {
  return { wallMs: time.wallMs - other.wallMs, cpuMs: time.cpuMs - other.cpuMs };
}

function tell(what: string, rows: number, { wallMs, cpuMs }: Time, more = ""): void {
  const rate = (ms: number) => Math.round((rows / ms) * 1000).toLocaleString("en-US");
  const resident = Math.round(process.memoryUsage.rss() / 1e6);
  console.log(
    `  ${what}: ${rows.toLocaleString("en-US")} rows, ${rate(wallMs)} rows/s (${rate(cpuMs)} of processor time), ${resident} MB resident${more}`,
  );
}

async function generate(tables: readonly Table[], segments: number): Promise<void> {
  for (const table of tables)
    for (let segment = 0; segment < segments; segment += 1)
      for await (const _ of pages(table, segment, segments));
}

async function measure(name: string, tables: readonly Table[]): Promise<void> {
  console.log(name);
  const rows = tables.reduce((sum, { count }) => sum + count, 0);
  const scratchDir = mkdtempSync(join(tmpdir(), "stillpoint-bench-"));
  await generate(tables, 1);
  const generating = await timed(() => generate(tables, 1));
  const source = {
    tables: tables.map(({ schema }) => schema),
    scan: (schema: TableSchema, segment: number, segments: number) =>
      pages(tables.find((each) => each.schema === schema) as Table, segment, segments),
  };
  const whole = await timed(() => verifyCopy({ sources: [source], subject: { kind: "copy" }, scratchDir }));
  tell("in one piece", rows, less(whole, generating), `, ${whole.result.findings.length} findings`);
  await measureParts(tables, rows, generating, scratchDir);
  rmSync(scratchDir, { recursive: true });
}

async function measureParts(
  tables: readonly Table[],
  rows: number,
  generating: Time,
  scratchDir: string,
): Promise<void> {
  const scope: Scope = {
    run: "bench",
    subject: { kind: "copy" },
    clocks: DEFAULT_CLOCKS,
    namespaces: DEFAULT_NAMESPACES,
    tables: tables.map(({ schema }) => ({ database: "main", schema, bytes: 0, as: "copy" })),
  };
  const room: Workroom = {
    parts: folderParts(join(scratchDir, "parts")),
    scratchDir,
    read: ({ schema }, segment, segments) =>
      pages(tables.find((each) => each.schema.physical === schema.physical) as Table, segment, segments),
  };
  const scanned: ScannedSegment[] = [];
  const scanning = await timed(async () => {
    for (const { place } of planSegments(scope).flat())
      for (let segment = 0; segment < SEGMENTS; segment += 1) {
        const cut = { place, segment, segments: SEGMENTS };
        scanned.push({ ...cut, part: await scanSegment(room, scanInput(scope, cut, [])) });
      }
  });
  const bytes = scanned.reduce((sum, { part }) => sum + part.bytes, 0);
  const size = `, parts of ${((bytes / rows) * 0.1).toFixed(2)} MB to 100,000 rows`;
  tell("segments one after another", rows, less(scanning, generating), size);
  const judging = await timed(() => judgeParts(room, { scope, scanned }));
  const inQuarter = Math.round(((rows / judging.cpuMs) * FIFTEEN_MINUTES_MS) / 1e6);
  tell("merged and judged", rows, judging, `, ${inQuarter} million rows in 15 minutes of it`);
}

const user = schema("app", "account", ["id"], { id: "text", balance: "bigint", region: "text", ...TX });
const coordinator = schema("coordinator", "state", ["tx_id"], {
  tx_id: "text",
  tx_state: "int",
  tx_created_at: "bigint",
});
const asset = schema("scalar", "asset", ["id", "age"], {
  id: "text",
  age: "int",
  hash: "blob",
  prev_hash: "blob",
  ...TX,
});

const decided = ROWS / (ROWS_PER_TRANSACTION + 1);
await measure("user table and coordinator", [
  {
    schema: user,
    count: decided * ROWS_PER_TRANSACTION,
    rows: (from, to) => numbered(from, to, userRow),
  },
  { schema: coordinator, count: decided, rows: (from, to) => numbered(from, to, coordinatorRow) },
]);
await measure("asset table and coordinator", [
  { schema: asset, count: ROWS / 2, rows: assetRows },
  { schema: coordinator, count: ROWS / 2, rows: (from, to) => numbered(from, to, coordinatorRow) },
]);
