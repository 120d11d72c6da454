import type { NodeSign } from "../../databases/cassandra/node-sign.ts";
import { StillpointError } from "../../errors/stillpoint-error.ts";
import type { PlannedCluster } from "../../restore/cassandra/plan.ts";
import type { OpenDeployment } from "../open-deployment.ts";

/**
 * Refuses while Cassandra answers on a node of the cluster, or nobody can tell: files that are put under a running node
 * are not what it serves, and what it still writes comes among them.
 */
export async function refuseNodesRunning(
  open: OpenDeployment,
  { database, original }: PlannedCluster,
  run: string,
): Promise<void> {
  const signs = await open.cassandra(database).signs(original.nodes, "all-ports");
  const running = signs.filter(({ sign }) => sign === "answers");
  const unknown = signs.filter(({ sign }) => sign === "unknown");
  if (running.length + unknown.length === 0) return;
  const reasons = [
    ...(running.length > 0
      ? [`Cassandra runs on ${signText(running)}: stop it, and move its directories aside`]
      : []),
    ...(unknown.length > 0
      ? [
          `nobody can tell whether Cassandra runs on ${signText(unknown)}: mend the network, or go on from a host that reaches the nodes`,
        ]
      : []),
  ];
  throw new StillpointError(
    "NODES_RUNNING",
    `Cassy was not asked to restore cluster "${original.cluster}" in run "${run}": ${reasons.join("; ")}. Nothing was changed on any node`,
  );
}

function signText(signs: readonly NodeSign[]): string {
  return signs.map(({ address, why }) => `"${address}" (${why})`).join(", ");
}
