import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { assetHash } from "../shared/verify/asset-row.ts";
import type { ColumnType, Row, RowSource, TableSchema } from "../shared/verify/row-source.ts";
import { recordDigest } from "../shared/verify/table-digest.ts";
import { roleOf } from "../shared/verify/table-role.ts";
import { verifyCopy } from "../shared/verify/verify-copy.ts";

/**
 * Rows per second of verification, and the memory it takes, over generated tables: `node bench/verify.ts [ROWS]`.
 * Nothing is read over a network and nothing is signed; what is measured is taking in, sorting and judging.
 */
const ROWS = Number(process.argv[2] ?? 1_000_000);
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

function* assetRows(count: number): Generator<Row> {
  for (let number = 0; number < count; number += AGES) {
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

function* counted(count: number, row: (number: number) => Row): Generator<Row> {
  for (let number = 0; number < count; number += 1) yield row(number);
}

function source(tables: readonly { schema: TableSchema; rows: () => Iterable<Row> }[]): RowSource {
  return {
    tables: tables.map((each) => each.schema),
    async *scan(table, segment) {
      if (segment > 0) return;
      let page: Row[] = [];
      for (const row of tables.find((each) => each.schema === table)?.rows() ?? []) {
        page.push(row);
        if (page.length === PAGE_ROWS) {
          yield { rows: page, digest: recordDigest(String(row["id"])) };
          page = [];
        }
      }
      yield { rows: page, digest: 0n };
    },
  };
}

async function measure(name: string, rows: number, tables: Parameters<typeof source>[0]): Promise<void> {
  const scratchDir = mkdtempSync(join(tmpdir(), "stillpoint-bench-"));
  const generating = performance.now();
  for (const table of tables) for (const _ of table.rows());
  const generatedMs = performance.now() - generating;
  const started = performance.now();
  const report = await verifyCopy({
    sources: [source(tables)],
    subject: { kind: "copy" },
    scratchDir,
    parallelism: { segments: 1, parallel: 1 },
  });
  const tookMs = performance.now() - started - generatedMs;
  rmSync(scratchDir, { recursive: true });
  const findings = report.findings.length;
  console.log(
    `${name}: ${rows.toLocaleString("en-US")} rows in ${Math.round(tookMs)} ms (less ${Math.round(generatedMs)} ms to generate them), ` +
      `${Math.round((rows / tookMs) * 1000).toLocaleString("en-US")} rows/s, ${findings} findings, ${Math.round(process.memoryUsage.rss() / 1e6)} MB resident`,
  );
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

await measure("user table and coordinator", ROWS, [
  { schema: user, rows: () => counted((ROWS * ROWS_PER_TRANSACTION) / (ROWS_PER_TRANSACTION + 1), userRow) },
  { schema: coordinator, rows: () => counted(ROWS / (ROWS_PER_TRANSACTION + 1), coordinatorRow) },
]);
await measure("asset table and coordinator", ROWS, [
  { schema: asset, rows: () => assetRows(ROWS / 2) },
  { schema: coordinator, rows: () => counted(ROWS / 2, coordinatorRow) },
]);
