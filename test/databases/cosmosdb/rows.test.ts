import { expect, test } from "vitest";
import { canonicalDocument, rowOfDocument } from "../../../shared/databases/cosmosdb/row-document.ts";
import { readSchemas, tableSchemaOf } from "../../../shared/databases/cosmosdb/row-schema.ts";
import { scanContainer } from "../../../shared/databases/cosmosdb/rows.ts";
import { partsOf, spanOf } from "../../../shared/databases/cosmosdb/segments.ts";
import type { Row } from "../../../shared/verify/row-source.ts";
import { addDigests } from "../../../shared/verify/table-digest.ts";
import { DEFAULT_NAMESPACES } from "../../../shared/verify/table-role.ts";
import { ACCOUNTS_METADATA, accountRow, fill, startProd } from "./prod.ts";

const SCHEMA = tableSchemaOf(ACCOUNTS_METADATA, { account: "ledger", namespaces: DEFAULT_NAMESPACES });

test("ScalarDB's metadata says what a container is", () => {
  expect(SCHEMA).toMatchObject({
    physical: "ledger/bank/accounts",
    namespace: "bank",
    table: "accounts",
    role: "record",
    transactional: true,
    partitionKey: ["id"],
  });
});

test("a row has its key columns beside the others, and a blob as bytes", () => {
  expect(rowOfDocument(accountRow(7, 70), SCHEMA)).toEqual({
    id: 7,
    balance: 70,
    memo: "dear",
    photo: new Uint8Array([1, 2, 255]),
    tx_id: "tx-7",
    tx_state: 3,
    tx_version: 1,
  });
});

test("the digest of a document is that of what ScalarDB wrote", () => {
  const { id, ...others } = accountRow(1, 2);
  const stored = { ...others, _ts: 1, _etag: "a", _rid: "b", _self: "c", _attachments: "d", id };
  expect(canonicalDocument(stored)).toBe(canonicalDocument(accountRow(1, 2)));
  expect(canonicalDocument({ ...stored, ttl: 1 })).not.toBe(canonicalDocument(stored));
});

test("segments are disjoint and together everything, however many", () => {
  const ranges = [
    { id: "0", minInclusive: "", maxExclusive: "1FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF" },
    { id: "1", minInclusive: "1FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF", maxExclusive: "FF" },
  ];
  for (const segments of [1, 2, 3, 7, 64]) {
    const parts = Array.from({ length: segments }, (_, n) => partsOf(spanOf(n, segments), ranges)).flat();
    expect(parts[0]?.from).toBe("");
    expect(parts.at(-1)?.to).toBe("FF");
    for (const [n, part] of parts.slice(1).entries()) expect(part.from).toBe(parts[n]?.to);
  }
});

test("every row is read once, in any number of segments", async () => {
  const azure = await startProd();
  await fill(azure, 60);
  const whole = await readAll(azure, 1);
  const ids = whole.rows.map((row) => Number(row["id"])).sort((one, other) => one - other);
  expect(ids).toEqual(Array.from({ length: 60 }, (_, n) => n));
  for (const segments of [2, 5]) {
    const found = await readAll(azure, segments);
    expect(found.rows).toHaveLength(60);
    expect(found.digest).toBe(whole.digest);
  }
});

test("metadata is read from the account that is asked for", async () => {
  const azure = await startProd();
  await fill(azure, 0);
  const where = { account: "ledger", metadataNamespace: "scalardb", namespaces: DEFAULT_NAMESPACES };
  expect(await readSchemas(azure.database.connection, where)).toEqual([SCHEMA]);
});

test("pages hold no more than was asked for, and together everything", async () => {
  const azure = await startProd();
  await fill(azure, 30);
  const pages = await pagesOf(azure, 1, 7);
  expect(Math.max(...pages.map(({ rows }) => rows.length))).toBe(7);
  expect(pages.flatMap(({ rows }) => rows)).toHaveLength(30);
});

test("a container that is not there fails with its name", async () => {
  const { database } = await startProd();
  const gone = { ...SCHEMA, physical: "ledger/bank/gone" };
  const pages = scanContainer(database.connection, gone, 0, 1);
  await expect(pages.next()).rejects.toMatchObject({
    code: "DATABASE_REFUSED",
    message: expect.stringContaining("ledger/bank/gone"),
  });
});

type Prod = Awaited<ReturnType<typeof startProd>>;

async function pagesOf({ database }: Prod, segments: number, size?: number) {
  const pages = [];
  for (let segment = 0; segment < segments; segment++)
    for await (const page of scanContainer(database.connection, SCHEMA, segment, segments, size))
      pages.push(page);
  return pages;
}

async function readAll(prod: Prod, segments: number): Promise<{ rows: readonly Row[]; digest: bigint }> {
  const pages = await pagesOf(prod, segments);
  return {
    rows: pages.flatMap(({ rows }) => rows),
    digest: pages.reduce((sum, { digest }) => addDigests(sum, digest), 0n),
  };
}
