import { cp, readdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { CassandraDatabaseSettings } from "../shared/config/config.ts";
import { openCluster } from "../shared/databases/cassandra/open-cluster.ts";
import { namespacesOf } from "../shared/deployment/open-deployment.ts";
import { isSystemKeyspace } from "../shared/restore/cassandra/captured.ts";
import type { VerificationReport } from "../shared/verify/report.ts";
import { verifyCopy } from "../shared/verify/verify-copy.ts";
import { type RehearsalCassandra, startCassandra } from "./cassandra/cassandra.ts";
import { freeNetwork, type Network } from "./cassandra/network.ts";
import type { CassandraEndpoint } from "./ledger/cassandra/endpoint.ts";
import { disagreements } from "./ledger/cassandra/mirror.ts";
import { cassandraTotals } from "./ledger/cassandra/totals.ts";
import { halvesOf } from "./ledger/mirror.ts";
import type { PlainCopies, PlainCopy } from "./rehearsal-world.ts";
import { MOST_TRIES } from "./torn-copy.ts";

interface Original {
  readonly cassandra: RehearsalCassandra;
  readonly settings: CassandraDatabaseSettings;
  readonly folder: string;
}

/** The files of one loop, in a folder for each node. */
interface PlainSnapshots {
  readonly network: Network;
  readonly folder: string;
  readonly keyspaces: readonly string[];
}

/** A node is reached over SSH, and a large one flushes for a while. */
const PER_NODE_MS = 100;

/** The snapshots are taken at once, while clients are at work, and looked at when somebody wants to see them. */
export async function plainSnapshots(original: Original): Promise<PlainCopies> {
  const snapshots: PlainSnapshots[] = [];
  for (let turn = 0; turn < MOST_TRIES; turn++) snapshots.push(await takeSnapshots(original, turn));
  return {
    of: "loop over the keyspaces",
    make: (turn) => startCopy(original, snapshots[turn] as PlainSnapshots),
  };
}

/** `nodetool snapshot KEYSPACE` on one node after the other, keyspace by keyspace, nobody paused. */
async function takeSnapshots({ cassandra, folder }: Original, turn: number): Promise<PlainSnapshots> {
  const name = `plain-${turn}-${Date.now()}`;
  const network = await freeNetwork(cassandra.addresses.length);
  const [first = ""] = cassandra.addresses;
  const keyspaces = cassandra
    .keyspaces(first)
    .filter((keyspace) => !isSystemKeyspace(keyspace))
    .sort();
  const copies = join(folder, name);
  for (const keyspace of [...keyspaces, "system_schema"])
    for (const [at, address] of cassandra.addresses.entries()) {
      cassandra.takeSnapshot(address, name, [keyspace]);
      const target = join(copies, network.addresses[at] ?? "", "data", keyspace);
      await collect(join(cassandra.dataFolder(address), keyspace), name, target);
      await delay(PER_NODE_MS);
    }
  return { network, folder: copies, keyspaces };
}

async function collect(keyspace: string, name: string, target: string): Promise<void> {
  for (const table of await readdir(keyspace)) {
    const files = join(keyspace, table, "snapshots", name);
    await cp(files, join(target, table), { recursive: true });
  }
}

/** The files under new nodes beside the original, as one restores a cluster to another one. */
async function startCopy(
  { settings }: Original,
  { network, folder, keyspaces }: PlainSnapshots,
): Promise<PlainCopy> {
  const copy = await startCassandra({ folder, network, clusterName: "plain" });
  try {
    const { addresses, port, dataCenter } = copy;
    const endpoint: CassandraEndpoint = { kind: "cassandra", contactPoints: addresses, port, dataCenter };
    const report = await verified({ ...settings, contactPoints: addresses, port });
    return {
      what: `Snapshots of ${keyspaces.join(", ")}, taken one after the other on every node under load and started as another cluster:`,
      totals: await cassandraTotals(endpoint),
      report,
      contradictions: halvesOf(await disagreements(endpoint)),
      remarks: [],
    };
  } finally {
    await copy.close();
  }
}

async function verified(settings: CassandraDatabaseSettings): Promise<VerificationReport> {
  const cluster = openCluster(settings, {});
  try {
    const namespaces = namespacesOf(settings);
    const tables = await cluster.schemas(namespaces);
    return await verifyCopy({
      sources: [{ tables, scan: cluster.scan }],
      subject: { kind: "copy" },
      namespaces,
    });
  } finally {
    cluster.close();
  }
}
