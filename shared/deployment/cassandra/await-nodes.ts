import { quoted } from "../../errors/quoted.ts";
import { codeOf, messageOf, StillpointError } from "../../errors/stillpoint-error.ts";
import type { ErrorCode } from "../../errors/table.ts";
import type { ClusterNode } from "../../restore/cassandra/captured.ts";
import { addressesOf, type CassandraPlan, type PlannedCluster } from "../../restore/cassandra/plan.ts";
import type { OpenDeployment } from "../open-deployment.ts";

/** A cluster that comes up says many things until it is there: users are unknown until enough nodes have answered. */
const COMING_UP: readonly ErrorCode[] = ["DATABASE_UNREACHABLE", "DATABASE_DENIED", "DATABASE_REFUSED"];

/** Whether all nodes are there by now; what is waited for is told. */
export async function observeNodes(
  open: OpenDeployment,
  { clusters, run }: CassandraPlan,
  tell: (waitsFor: string) => void,
): Promise<{ readonly done: boolean }> {
  const found = await Promise.all(clusters.map((cluster) => waitsFor(open, cluster, run)));
  const reasons = found.flat();
  for (const reason of reasons) tell(reason);
  return { done: reasons.length === 0 };
}

async function waitsFor(
  open: OpenDeployment,
  { database, original }: PlannedCluster,
  run: string,
): Promise<readonly string[]> {
  const signs = await open.cassandra(database).signs(original.nodes, "cql");
  const silent = signs.filter(({ sign }) => sign !== "answers").map(({ address }) => address);
  if (silent.length > 0) return [`start Cassandra on ${quoted(silent)}: it does not answer in CQL yet`];
  try {
    const { nodes } = await (await open.cassandra(database).cluster()).describe();
    refuseStrangers(original, nodes, run);
    const missing = addressesOf(original.nodes).filter((address) => !addressesOf(nodes).includes(address));
    return missing.length === 0 ? [] : [`node ${quoted(missing)} is not known to the others yet`];
  } catch (error) {
    if (!COMING_UP.includes(codeOf(error))) throw error;
    return [`cluster "${original.cluster}" is not ready yet: ${messageOf(error)}`];
  }
}

/** A node that came up with an empty directory has joined as a new one; one that was never restored holds today's rows. */
function refuseStrangers(
  original: PlannedCluster["original"],
  nodes: readonly ClusterNode[],
  run: string,
): void {
  const wanted = new Map(original.nodes.map(({ address, hostId }) => [address, hostId]));
  const strangers = nodes.filter(({ address, hostId }) => wanted.get(address) !== hostId);
  if (strangers.length === 0) return;
  const each = strangers.map(
    ({ address, hostId }) =>
      `"${address}" (host id ${hostId}; ${wanted.has(address) ? `in the snapshot ${wanted.get(address)}` : "not in the snapshot"})`,
  );
  throw new StillpointError(
    "RESTORE_BLOCKED",
    `cluster "${original.cluster}" has come up with nodes that were not restored: ${each.join(", ")}. Do not start the instances. Stop these nodes: where one is not in the snapshot keep it out, then: stillpoint restore resume ${run}; where one was started without what Cassy had put there, stop all nodes, move their directories aside, end the run with: stillpoint restore abandon ${run}, and plan the same point again`,
  );
}
