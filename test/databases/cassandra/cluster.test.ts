import type { Client } from "cassandra-driver";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { Cluster } from "../../../shared/databases/cassandra/cluster.ts";
import { nodeSigns } from "../../../shared/databases/cassandra/node-sign.ts";
import { openCluster } from "../../../shared/databases/cassandra/open-cluster.ts";
import { boundFrom } from "../../../shared/pause/clock-bound.ts";
import type { VerificationReport } from "../../../shared/verify/report.ts";
import {
  logicalName,
  type Page,
  type Row,
  type RowSource,
  type TableSchema,
} from "../../../shared/verify/row-source.ts";
import { addDigests } from "../../../shared/verify/table-digest.ts";
import { DEFAULT_NAMESPACES } from "../../../shared/verify/table-role.ts";
import { verifyCopy } from "../../../shared/verify/verify-copy.ts";
import {
  createEntries,
  insertEntries,
  plain,
  startTestCluster,
  type TestCluster,
} from "../../rehearsal/cassandra/cluster.ts";
import { loadFixture, openLabSecret, sourceOf } from "../../verify/fixture-source.ts";
import { loadIntoCassandra } from "./load-fixture.ts";

let running: TestCluster;
let client: Client;
beforeAll(async () => {
  running = await startTestCluster();
  client = await running.connect();
  await createEntries(client);
  await insertEntries(client, 2_500);
});
afterAll(() => running?.[Symbol.asyncDispose]());

const opened: Cluster[] = [];
afterEach(() => {
  for (const cluster of opened.splice(0)) cluster.close();
});

function open({ cassandra } = running, contactPoints: readonly string[] = cassandra.addresses): Cluster {
  const cluster = openCluster(
    {
      name: "main",
      kind: "cassandra",
      contactPoints,
      port: cassandra.port,
      tls: "off",
      coordinatorNamespace: "coordinator",
      ledgerNamespace: "scalar",
    },
    {},
  );
  opened.push(cluster);
  return cluster;
}

async function tableOf(cluster: Cluster, name: string): Promise<TableSchema> {
  const schema = (await cluster.schemas(DEFAULT_NAMESPACES)).find((each) => logicalName(each) === name);
  return schema ?? expect.unreachable(`there is no table ${name}`);
}

async function pagesOf(scan: AsyncIterable<Page>): Promise<Page[]> {
  const pages: Page[] = [];
  for await (const page of scan) pages.push(page);
  return pages;
}

async function scanned(cluster: Cluster, schema: TableSchema, segments: number) {
  const parts: Page[][] = [];
  for (let segment = 0; segment < segments; segment++)
    parts.push(await pagesOf(cluster.scan(schema, segment, segments)));
  const pages = parts.flat();
  return {
    parts: parts.map((part) => part.flatMap(({ rows }) => rows)),
    largestPage: Math.max(...pages.map(({ rows }) => rows.length)),
    digest: pages.reduce((sum, { digest }) => addDigests(sum, digest), 0n),
  };
}

const idOf = (row: Row) => `${row["id"]} ${row["age"]}`;

test("a cluster is found whole by one of its nodes", async () => {
  const [first = ""] = running.cassandra.addresses;
  const state = await open(running, [first]).describe();
  expect(state.cluster).toBe("rehearsal");
  expect(state.nodes.map(({ address }) => address)).toEqual([...running.cassandra.addresses].sort());
  expect(new Set(state.nodes.map(({ hostId }) => hostId)).size).toBe(3);
  const app = state.keyspaces.find(({ name }) => name === "app");
  expect(app).toMatchObject({ replication: { replication_factor: "3" }, tables: [{ name: "entry" }] });
  expect(app?.tables[0]?.id).toMatch(/^[0-9a-f]{8}-/);
  expect(state.keyspaces.map(({ name }) => name)).toContain("system_schema");
});

test("segments are disjoint and all of the table, whatever number it is cut into", async () => {
  const cluster = open();
  const schema = await tableOf(cluster, "app.entry");
  const whole = await scanned(cluster, schema, 1);
  expect(whole.parts.flat()).toHaveLength(2_500);
  expect(whole.largestPage).toBeLessThanOrEqual(1_000);
  for (const segments of [2, 3, 16]) {
    const { parts, digest } = await scanned(cluster, schema, segments);
    expect(digest).toBe(whole.digest);
    expect(parts.flat().map(idOf).sort()).toEqual(whole.parts.flat().map(idOf).sort());
    expect(parts.every((rows) => rows.length > 0)).toBe(true);
  }
});

test("the clock is this host's, as the stand-in runs here", async () => {
  const samples = await open().probeClock(() => Date.now(), { budgetMs: 1_000 });
  expect(samples.length).toBeGreaterThan(1);
  const bound = boundFrom(samples);
  expect(bound?.lowMs).toBeLessThanOrEqual(0);
  expect(bound?.highMs).toBeGreaterThanOrEqual(0);
});

test("a table that is made while it is looked at is in the next look, with another id each time it is made", async () => {
  const cluster = open();
  const idOfNew = async () => {
    await plain(client, "CREATE TABLE app.passing (id int PRIMARY KEY)");
    const { keyspaces } = await cluster.describe();
    return keyspaces.flatMap(({ tables }) => tables).find(({ name }) => name === "passing")?.id;
  };
  const first = await idOfNew();
  await plain(client, "DROP TABLE app.passing");
  const second = await idOfNew();
  await plain(client, "DROP TABLE app.passing");
  expect(first).toBeDefined();
  expect(second).toBeDefined();
  expect(second).not.toBe(first);
});

test.each([
  "ledger-postgres.jsonl.gz",
  "scalardb-group-commit-postgres.jsonl",
  "scalardb-write-set-postgres.jsonl",
])("verification of %s finds the same in Cassandra as in the file", async (file) => {
  await using own = await startTestCluster();
  await loadIntoCassandra(await own.connect(), file, 3);
  const cluster = open(own);
  const loaded: RowSource = { tables: await cluster.schemas(DEFAULT_NAMESPACES), scan: cluster.scan };
  const fixture = sourceOf(loadFixture(file));
  expect(loaded.tables.map(({ physical }) => physical)).toEqual(
    fixture.tables.map(({ physical }) => physical).sort(),
  );
  const of = { subject: { kind: "copy" }, openSecret: openLabSecret } as const;
  const [expected, found] = [
    await verifyCopy({ ...of, sources: [fixture] }),
    await verifyCopy({ ...of, sources: [loaded] }),
  ];
  expect(comparable(found)).toEqual(comparable(expected));
  cluster.close();
});

/** Digests are of what a database has stored, and order within a table is nobody's promise. */
function comparable({ checked, findings, ...rest }: VerificationReport) {
  const tables = checked.tables.map(({ digest, ...table }) => table);
  return {
    ...rest,
    checked: { ...checked, tables: tables.sort((one, other) => (one.physical < other.physical ? -1 : 1)) },
    findings: findings.map(({ check, key }) => `${check} ${key}`).sort(),
  };
}

test("a cluster that wants a password is read with it, and with no other", async () => {
  await using own = await startTestCluster({ nodes: 1, credentials: { user: "scott", password: "tiger" } });
  const { addresses: contactPoints, port } = own.cassandra;
  const settings = {
    name: "main",
    kind: "cassandra",
    contactPoints,
    port,
    tls: "off",
    credentials: { user: "scott", password: { env: "CQL_PASSWORD" } },
    coordinatorNamespace: "coordinator",
  } as const;
  const right = openCluster(settings, { CQL_PASSWORD: "tiger" });
  const wrong = openCluster(settings, { CQL_PASSWORD: "lion" });
  expect((await right.describe()).nodes).toHaveLength(1);
  await expect(wrong.describe()).rejects.toMatchObject({ code: "DATABASE_DENIED" });
  expect(() => openCluster(settings, {})).toThrow(/"CQL_PASSWORD" is not set/);
  right.close();
  wrong.close();
});

test("with one node of three down all rows are read, with two down none are, in words", async () => {
  await using own = await startTestCluster();
  const writer = await own.connect();
  await createEntries(writer);
  await insertEntries(writer, 30);
  const [first = "", second = "", third = ""] = own.cassandra.addresses;
  const cluster = open(own);
  const schema = await tableOf(cluster, "app.entry");
  await own.cassandra.stop(third);
  expect((await scanned(cluster, schema, 2)).parts.flat()).toHaveLength(30);
  expect((await open(own, [third, second]).describe()).nodes).toHaveLength(3);
  await own.cassandra.stop(second);
  await expect(scanned(cluster, schema, 1)).rejects.toMatchObject({
    code: "DATABASE_UNREACHABLE",
    message: expect.stringMatching(/too few nodes answer: start those that are down/),
  });
  const signs = await nodeSigns(
    [first, second, third].map((address) => ({ address })),
    { cqlPort: own.cassandra.port, ports: [] },
  );
  expect(signs.map(({ sign }) => sign)).toEqual(["answers", "stopped", "stopped"]);
  cluster.close();
});
