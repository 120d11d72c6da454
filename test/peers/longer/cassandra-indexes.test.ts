import { glob, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Client, types } from "cassandra-driver";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  type CassandraCluster,
  startCassandra,
} from "../../../rehearsal/cassandra-server/cassandra-cluster.ts";
import { withCql } from "../../../rehearsal/cassandra-server/cql-client.ts";
import { nodeTool } from "../../../rehearsal/cassandra-server/node-tool.ts";
import { nodesOf } from "../../../rehearsal/cassandra-server/nodes.ts";
import { putSnapshotBack } from "../../../rehearsal/cassandra-server/snapshot-files.ts";
import { openCluster } from "../../../shared/databases/cassandra/open-cluster.ts";
import type { LookedAtIndex } from "../../../shared/restore/cassandra/index-look.ts";

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
    'CREATE TABLE app.entry (id text, day date, "No" int, hour time, ratio float, yes boolean, big bigint, region text, sum double, bytes blob, at timestamp, nothing int, PRIMARY KEY ((id, day), "No", hour, ratio, yes, big))',
    ...INDEXES.map((name) => `CREATE INDEX ${name} ON app.entry (${name.slice("by_".length)})`),
  ];
  for (const text of statements) await client.execute(text, [], { prepare: false });
  const insert =
    'INSERT INTO app.entry (id, day, "No", hour, ratio, yes, big, region, sum, bytes, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)';
  const [day, hour] = [
    types.LocalDate.fromString("1969-02-03"),
    types.LocalTime.fromString("01:02:03.000000004"),
  ];
  for (let at = 0; at < ROWS; at++) {
    const key = [
      `it's ${at >> 1}`,
      day,
      at % 2,
      hour,
      at / 7,
      at % 3 === 0,
      types.Long.fromNumber(2 ** 60 + at),
    ];
    const values = [...key, "eu", at / 3, Buffer.from([at, 0, 255]), new Date(at * 1_001)];
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

async function takeSnapshots(): Promise<void> {
  const nodes = nodesOf(cluster);
  for (const { address } of cluster.nodes)
    await nodes.takeSnapshot(address, SNAPSHOT, await nodes.keyspaces(address));
}

/** As Cassy does it: the files of the snapshot's own folder, and none of the folders in it. */
async function restoreAsCassyDoes(beforeStart: "nothing" | "IndexInfo is removed"): Promise<void> {
  await cluster.kill();
  for (const node of cluster.nodes) {
    const aside = join(await node.setFilesAside(), "data");
    await putSnapshotBack(aside, SNAPSHOT, node.dataDir);
    for await (const index of glob("*/*/.*", { cwd: node.dataDir }))
      await rm(join(node.dataDir, index), { recursive: true });
    if (beforeStart === "IndexInfo is removed")
      for await (const built of glob("system/IndexInfo-*", { cwd: node.dataDir }))
        await rm(join(node.dataDir, built), { recursive: true });
  }
  await cluster.start();
}

async function rebuild(at: CassandraCluster["nodes"]): Promise<void> {
  for (const node of at) await nodeTool(node, ["rebuild_index", "app", "entry", ...INDEXES]);
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
  await takeSnapshots();
  await restoreAsCassyDoes("nothing");
  const silent = { kind: "too-little" };
  const none = {
    by_at: silent,
    by_bytes: silent,
    by_nothing: NOTHING_THERE,
    by_region: silent,
    by_sum: silent,
  };
  expect(await finds()).toEqual(none);
  await rebuild(cluster.nodes.slice(0, 2));
  expect(await finds()).toEqual(none);
  await rebuild(cluster.nodes.slice(2));
  expect(await finds()).toEqual(ALL);
});

test("indexes whose note of being built was removed before the start are built by the start, and by nothing else", async () => {
  await takeSnapshots();
  await restoreAsCassyDoes("IndexInfo is removed");
  expect(await finds()).toEqual(ALL);
});
