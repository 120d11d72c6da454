import { glob, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Client } from "cassandra-driver";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type CassandraCluster, startCassandra } from "../../rehearsal/cassandra-server/cassandra-cluster.ts";
import { withCql } from "../../rehearsal/cassandra-server/cql-client.ts";
import { nodeTool } from "../../rehearsal/cassandra-server/node-tool.ts";
import { nodesOf } from "../../rehearsal/cassandra-server/nodes.ts";
import { putSnapshotBack } from "../../rehearsal/cassandra-server/snapshot-files.ts";
import { openCluster } from "../../shared/databases/cassandra/open-cluster.ts";
import type { LookedAtIndex } from "../../shared/restore/cassandra/index-look.ts";

const SNAPSHOT = "before";
const ROWS = 60;
const INDEXES = ["by_at", "by_bytes", "by_nothing", "by_region", "by_sum"] as const;

let folder: string;
let cluster: CassandraCluster;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "stillpoint-indexes-"));
  cluster = await startCassandra({ dir: folder });
  await withCql(cluster, fill);
});
afterAll(async () => {
  await cluster?.[Symbol.asyncDispose]();
  if (folder) await rm(folder, { recursive: true, force: true, maxRetries: 3 });
});

async function fill(client: Client): Promise<void> {
  const statements = [
    "CREATE KEYSPACE app WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 3}",
    'CREATE TABLE app.entry (id text, "No" int, region text, sum double, bytes blob, at timestamp, nothing int, PRIMARY KEY ((id), "No"))',
    ...INDEXES.map((name) => `CREATE INDEX ${name} ON app.entry (${name.slice("by_".length)})`),
  ];
  for (const text of statements) await client.execute(text, [], { prepare: false });
  const insert = 'INSERT INTO app.entry (id, "No", region, sum, bytes, at) VALUES (?, ?, ?, ?, ?, ?)';
  for (let at = 0; at < ROWS; at++) {
    const values = [`it's ${at >> 1}`, at % 2, "eu", at / 3, Buffer.from([at, 0, 255]), new Date(at * 1_001)];
    await client.execute(insert, values);
  }
}

async function finds(): Promise<Readonly<Record<string, LookedAtIndex["finds"]>>> {
  const [first] = cluster.nodes;
  const opened = openCluster(
    {
      name: "main",
      kind: "cassandra",
      contactPoints: [first?.address ?? ""],
      port: cluster.ports.cql,
      tls: "off",
      coordinatorNamespace: "coordinator",
      ledgerNamespace: "scalar",
    },
    {},
  );
  try {
    const looked = await opened.indexes();
    return Object.fromEntries(looked.map((index) => [index.name, index.finds]));
  } finally {
    opened.close();
  }
}

/** As Cassy does it: the files of the snapshot's own folder, and none of the folders in it. */
async function restoreAsCassyDoes({ forget }: { readonly forget: boolean }): Promise<void> {
  await cluster.kill();
  for (const node of cluster.nodes) {
    const aside = join(await node.setFilesAside(), "data");
    await putSnapshotBack(aside, SNAPSHOT, node.dataDir);
    for await (const index of glob("*/*/.*", { cwd: node.dataDir }))
      await rm(join(node.dataDir, index), { recursive: true });
    // The next restore finds the snapshot here.
    if (forget)
      for await (const built of glob("system/IndexInfo-*", { cwd: node.dataDir }))
        await rm(join(node.dataDir, built), { recursive: true });
  }
  await cluster.start();
}

async function rebuild(at: CassandraCluster["nodes"]): Promise<void> {
  for (const node of at)
    for (const name of INDEXES) await nodeTool(node, ["rebuild_index", "app", "entry", name]);
}

const ROWS_FOUND = { kind: "rows", rows: expect.any(Number) };
const NOTHING_THERE = { kind: "unasked", why: expect.stringContaining('column "nothing"') };
const ALL = {
  by_at: ROWS_FOUND,
  by_bytes: ROWS_FOUND,
  by_nothing: NOTHING_THERE,
  by_region: ROWS_FOUND,
  by_sum: ROWS_FOUND,
};

test("indexes whose files did not come back are found out until the last node has rebuilt them", async () => {
  expect(await finds()).toEqual(ALL);
  const nodes = nodesOf(cluster);
  for (const { address } of cluster.nodes)
    await nodes.takeSnapshot(address, SNAPSHOT, await nodes.keyspaces(address));
  await restoreAsCassyDoes({ forget: false });
  const silent = { kind: "too-little" };
  const none = { by_at: silent, by_bytes: silent, by_nothing: NOTHING_THERE, by_region: silent, by_sum: silent };
  expect(await finds()).toEqual(none);
  await rebuild(cluster.nodes.slice(0, 2));
  expect(await finds()).toEqual(none);
  await rebuild(cluster.nodes.slice(2));
  expect(await finds()).toEqual(ALL);
});
