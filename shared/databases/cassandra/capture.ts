import type { Capture } from "../../backup/effects.ts";
import type { CassandraDatabaseSettings } from "../../config/config.ts";
import { codeOf, messageOf, StillpointError } from "../../errors/stillpoint-error.ts";
import type { CapturedCassandra } from "../../restore/cassandra/captured.ts";
import { canonicalJson } from "../../workflow/canonical-json.ts";
import { backupsUnderWay } from "./backups-under-way.ts";
import type { Registration } from "./cassy.ts";
import type { CassyTools } from "./cassy-tools.ts";
import type { Cluster, ClusterState } from "./cluster.ts";
import { registrationProblems } from "./registered-cluster.ts";

type CassandraSettings = Pick<CassandraDatabaseSettings, "coordinatorNamespace">;

/** A cluster as it is, and as Cassy has it from now on. */
export interface CapturedCluster {
  readonly capture: Capture & { readonly captured: CapturedCassandra };
  readonly registration: Registration;
}

/** Cassy never looks again at what it was told when a cluster was registered, so that each backup registers anew. */
export async function captureCluster(
  settings: CassandraSettings,
  cluster: Pick<Cluster, "describe">,
  { settings: cassySettings, cassy, uploads }: CassyTools,
): Promise<CapturedCluster> {
  const captured = await beforeAnyPause(() => cluster.describe());
  const { registration, underWay } = await beforeAnyPause(async () => {
    const registered = await cassy.register(cassySettings.cassandraHost);
    return {
      registration: registered,
      underWay: await backupsUnderWay({ cassy, settings: cassySettings }, registered),
    };
  });
  const problems = [
    ...registrationProblems(captured, registration),
    ...underWay,
    ...(await beforeAnyPause(() => uploads.problems())),
  ];
  return { capture: { ...worthOf(settings, captured), problems, captured }, registration };
}

export async function identifyCluster(
  settings: CassandraSettings,
  cluster: Pick<Cluster, "describe">,
): Promise<Omit<Capture, "captured">> {
  return worthOf(settings, await cluster.describe());
}

function worthOf(settings: CassandraSettings, state: ClusterState): Omit<Capture, "captured"> {
  return {
    identity: identityOf(state),
    problems: [],
    coveredFromSecond: 0,
    artifact: "pending",
    ...(!holdsCoordinator(settings, state) && { coordinator: "elsewhere" }),
  };
}

/** What may not change while snapshots are taken: who has the rows, in which tables, and on how many nodes. */
function identityOf({ nodes, keyspaces }: ClusterState): readonly string[] {
  return [
    ...nodes.map(({ hostId, address }) => `node ${hostId} ${address}`),
    ...keyspaces.flatMap(({ name, replication, tables }) => [
      `keyspace ${name} ${canonicalJson(replication)}`,
      ...tables.map((table) => `${name}.${table.name} ${table.id}`),
    ]),
  ];
}

function holdsCoordinator(
  { coordinatorNamespace }: CassandraSettings,
  { keyspaces }: Pick<ClusterState, "keyspaces">,
): boolean {
  const keyspace = keyspaces.find(({ name }) => name === coordinatorNamespace);
  return keyspace?.tables.some(({ name }) => name === "state") ?? false;
}

async function beforeAnyPause<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new StillpointError(codeOf(error), `${messageOf(error)}; nothing was paused`, { cause: error });
  }
}
