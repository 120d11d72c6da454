import type { AddressInfo } from "node:net";
import {
  CreateTableCommand,
  DynamoDBClient,
  PutItemCommand,
  type ScanCommandInput,
} from "@aws-sdk/client-dynamodb";
import dynalite from "dynalite";
import { expect, test } from "vitest";
import { canonicalItem, type Item, rowOfItem } from "../../../shared/databases/dynamodb/row-item.ts";
import { tableSchemaOf } from "../../../shared/databases/dynamodb/row-schema.ts";
import { dynamoRows, type ReadingClient, scanTable } from "../../../shared/databases/dynamodb/rows.ts";
import type { Row, RowSource } from "../../../shared/verify/row-source.ts";
import { addDigests, digestText, type TableDigest } from "../../../shared/verify/table-digest.ts";
import { DEFAULT_NAMESPACES } from "../../../shared/verify/table-role.ts";
import { loadFixture, rowsOf } from "../../verify/fixture-source.ts";

const NAMING = { prefix: "prod_", namespaces: DEFAULT_NAMESPACES };

const METADATA: Item = {
  table: { S: "prod_app.account" },
  columns: {
    M: {
      id: { S: "text" },
      balance: { S: "bigint" },
      tx_id: { S: "text" },
      tx_state: { S: "int" },
      tx_version: { S: "int" },
    },
  },
  partitionKey: { L: [{ S: "id" }] },
  secondaryIndex: { SS: ["region", "before_region"] },
};

function account(number: number): Item {
  return {
    concatenatedPartitionKey: { B: Uint8Array.of(number) },
    id: { S: `a${number}` },
    balance: { N: String(number) },
  };
}

/** Answers scans in pages of two, as DynamoDB does when a page is full; a page may be empty, too. */
function pagingClient(items: readonly Item[], asked: ScanCommandInput[] = []): ReadingClient {
  const send = (command: { input: ScanCommandInput }) => {
    const { input } = command;
    asked.push(input);
    const part = items.filter((_, at) => at % (input.TotalSegments ?? 1) === input.Segment);
    const start = Number(input.ExclusiveStartKey?.["at"]?.N ?? 0);
    const end = start === 0 ? 0 : start + 1;
    const from = Math.max(start - 1, 0);
    const page = start === 0 ? [] : part.slice(from, end);
    return Promise.resolve({
      Items: page,
      ...(end < part.length ? { LastEvaluatedKey: { at: { N: String(end + 1) } } } : {}),
    });
  };
  return { send } as unknown as ReadingClient;
}

async function allRows(source: RowSource, segments: number): Promise<Row[]> {
  const [table] = source.tables;
  const rows: Row[] = [];
  for (let segment = 0; table !== undefined && segment < segments; segment += 1) {
    for await (const page of source.scan(table, segment, segments)) rows.push(...page.rows);
  }
  return rows;
}

test("a scan follows every page of every segment with consistent reads, empty pages included", async () => {
  const asked: ScanCommandInput[] = [];
  const items = Array.from({ length: 11 }, (_, number) => account(number));
  const source = dynamoRows(
    pagingClient(items, asked),
    [{ metadata: METADATA, physicalName: "prod_app.account-copy" }],
    NAMING,
  );
  const rows = await allRows(source, 3);
  expect(rows.map((row) => row["id"]).sort()).toEqual(items.map((item) => item["id"]?.S).sort());
  expect(
    asked.every(
      ({ ConsistentRead, TableName }) => ConsistentRead === true && TableName === "prod_app.account-copy",
    ),
  ).toBe(true);
});

test("a copy under a temporary name keeps its logical name, role, keys and indexes", () => {
  expect(tableSchemaOf({ metadata: METADATA, physicalName: "tmp-1" }, NAMING)).toMatchObject({
    physical: "tmp-1",
    namespace: "app",
    table: "account",
    role: "record",
    transactional: true,
    partitionKey: ["id"],
    clusteringKey: [],
    secondaryIndexes: ["before_region", "region"],
  });
});

test("ScalarDB's own metadata items give the ledger's tables their roles", () => {
  const { tables } = loadFixture("whole.jsonl", "prod_");
  const roles = Object.fromEntries(
    tables.map(({ namespace, table, role }) => [`${namespace}.${table}`, role]),
  );
  expect(roles).toMatchObject({
    "scalar.asset": "asset",
    "scalar.asset_metadata": "asset_metadata",
    "scalar.certificate": "certificate",
    "scalar.secret": "secret",
    "scalar.contract": "contract",
    "scalar.function": "other",
    "coordinator.state": "coordinator",
    "app.account": "record",
  });
  expect(tables.find(({ role }) => role === "coordinator")?.transactional).toBe(false);
  expect(rowsOf(loadFixture("whole.jsonl", "prod_"), "app.account")[0]).toMatchObject({
    id: "acct-10",
    active: expect.any(Boolean),
    raw: expect.any(Uint8Array),
  });
});

test("attributes become values: numbers beyond 2^53 stay exact, keys in ScalarDB's encoding are left out", () => {
  const row = rowOfItem({
    ...account(1),
    huge: { N: "9007199254740993" },
    ratio: { N: "-3.5E-2" },
    gone: { NULL: true },
    flag: { BOOL: false },
  });
  expect(row).toEqual({
    id: "a1",
    balance: 1,
    huge: 9007199254740993n,
    ratio: -0.035,
    gone: null,
    flag: false,
  });
});

test("the canonical form does not depend on the order of attributes and set members, and tells types apart", () => {
  const item: Item = {
    b: { SS: ["y", "x"] },
    a: { N: "1" },
    m: { M: { q: { L: [{ BOOL: true }] }, p: { B: Uint8Array.of(1) } } },
  };
  const turned: Item = {
    m: { M: { p: { B: Uint8Array.of(1) }, q: { L: [{ BOOL: true }] } } },
    a: { N: "1" },
    b: { SS: ["x", "y"] },
  };
  expect(canonicalItem(turned)).toBe(canonicalItem(item));
  expect(canonicalItem({ a: { S: "1" } })).not.toBe(canonicalItem({ a: { N: "1" } }));
  expect(canonicalItem({ a: { S: 'x","b":S"y' } })).not.toBe(canonicalItem({ a: { S: "x" }, b: { S: "y" } }));
});

test("the digest of a table does not depend on its segments and changes with any attribute", async () => {
  const items = Array.from({ length: 9 }, (_, number) => account(number));
  const one = await digestOf(pagingClient(items), "t", 1);
  expect(await digestOf(pagingClient(items), "t", 4)).toEqual(one);
  const other = items.with(4, { ...account(4), balance: { N: "5" } });
  expect(await digestOf(pagingClient(other), "t", 4)).not.toEqual(one);
  expect(one.count).toBe(9);
});

test("verification reads a real endpoint through the SDK", async () => {
  const server = dynalite({ createTableMs: 0, updateTableMs: 0, deleteTableMs: 0 });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const client = new DynamoDBClient({
    endpoint: `http://127.0.0.1:${port}`,
    region: "us-east-1",
    credentials: { accessKeyId: "x", secretAccessKey: "x" },
  });
  try {
    await client.send(
      new CreateTableCommand({
        TableName: "prod_app.account",
        AttributeDefinitions: [{ AttributeName: "concatenatedPartitionKey", AttributeType: "B" }],
        KeySchema: [{ AttributeName: "concatenatedPartitionKey", KeyType: "HASH" }],
        BillingMode: "PAY_PER_REQUEST",
      }),
    );
    for (let number = 0; number < 20; number += 1) await putWhenActive(client, account(number));
    const source = dynamoRows(client, [{ metadata: METADATA, physicalName: "prod_app.account" }], NAMING);
    expect((await allRows(source, 4)).length).toBe(20);
    const same = pagingClient(Array.from({ length: 20 }, (_, number) => account(number)));
    expect(await digestOf(client, "prod_app.account", 4)).toEqual(await digestOf(same, "t", 1));
  } finally {
    client.destroy();
    server.close();
  }
});

async function digestOf(client: ReadingClient, physical: string, segments: number): Promise<TableDigest> {
  let count = 0;
  let digest = 0n;
  for (let segment = 0; segment < segments; segment++)
    for await (const page of scanTable(client, { physical }, segment, segments)) {
      count += page.rows.length;
      digest = addDigests(digest, page.digest);
    }
  return { count, digest: digestText(digest) };
}

async function putWhenActive(client: DynamoDBClient, item: Item): Promise<void> {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    try {
      await client.send(new PutItemCommand({ TableName: "prod_app.account", Item: { ...item } }));
      return;
    } catch (error) {
      if ((error as Error).name !== "ResourceNotFoundException") throw error;
    }
  }
  throw new Error("the table did not become active");
}
