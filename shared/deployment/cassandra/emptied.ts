import { quoted } from "../../errors/quoted.ts";
import { StillpointError } from "../../errors/stillpoint-error.ts";
import type { FailedNodes } from "../../restore/cassandra/effects.ts";
import type { CassandraPlan } from "../../restore/cassandra/plan.ts";
import type { OpenDeployment } from "../open-deployment.ts";

/**
 * Lets the run go on only where it has failed with this very message and somebody has resumed it since: that is their
 * word that they have done what it says.
 */
export async function requireEmptied(
  { catalog }: Pick<OpenDeployment, "catalog">,
  plan: CassandraPlan,
  { attempt, failed }: { readonly attempt: number; readonly failed: readonly FailedNodes[] },
): Promise<void> {
  const message = emptyingText(plan, attempt, failed);
  const { resumedAfter } = (await catalog.runs.get(plan.run)).record;
  if (resumedAfter?.code === "RESTORE_BLOCKED" && resumedAfter.message === message) return;
  throw new StillpointError("RESTORE_BLOCKED", message);
}

function emptyingText(
  { run, clusters }: CassandraPlan,
  attempt: number,
  failed: readonly FailedNodes[],
): string {
  const each = failed.map(({ database, nodes }) => {
    const planned = clusters.find((cluster) => cluster.database === database);
    return `${quoted(nodes)} of cluster "${planned?.original.cluster}"`;
  });
  const data = [...new Set(clusters.map(({ original }) => original.snapshot.dataDir))];
  return `Cassy has failed to restore ${each.join(", and ")} (try ${attempt} of run "${run}"); what it has put there may be a part, and the other nodes are as restored. Read why in the log of cassy-restore there, and mend it. See that no cassy-restore runs on these nodes any more, and empty what Cassy has put into ${data.join(", ")} of these nodes, and of no other (what you had moved aside stays where it is). Then: stillpoint restore resume ${run}, which has Cassy restore these nodes again, and only these`;
}
