import type { CassyTools } from "../../databases/cassandra/cassy-tools.ts";
import { quoted } from "../../errors/quoted.ts";
import { StillpointError } from "../../errors/stillpoint-error.ts";
import { addressesOf, type CassandraPlan, type PlannedCluster } from "../../restore/cassandra/plan.ts";
import { boundedText, underWayTexts } from "../../restore/cassandra/refusals.ts";
import type { OpenDeployment } from "../open-deployment.ts";
import { refuseRunning, type Silence } from "../stopped-instances.ts";
import { knownToCassy } from "./plan.ts";
import { refuseNodesRunning } from "./stopped-nodes.ts";

/** Law 5: what the plan was made from must still be so, and all must be stopped that could write. */
export async function recheck(
  open: OpenDeployment,
  { run, instances, clusters }: CassandraPlan,
  silence: Silence,
): Promise<void> {
  await refuseRunning(open, instances, silence);
  const found = await Promise.all(clusters.map((cluster) => differencesOf(open, cluster)));
  const differences = found.flat();
  if (differences.length > 0)
    throw new StillpointError(
      "PLAN_OUTDATED",
      `the world is not as it was when run "${run}" was planned: ${differences.join("; ")}; nothing was touched`,
    );
  for (const cluster of clusters) await refuseNodesRunning(open, cluster, run);
}

async function differencesOf(open: OpenDeployment, cluster: PlannedCluster): Promise<readonly string[]> {
  const tools = await toolsAsPlanned(open, cluster);
  if (typeof tools === "string") return [tools];
  const { snapshot, nodes } = cluster.original;
  const [known, missing] = await Promise.all([knownToCassy(tools, snapshot), missingFiles(tools, cluster)]);
  const strangers = addressesOf(nodes).filter((node) => !(known.nodes ?? []).includes(node));
  return [
    ...missing,
    ...(strangers.length > 0
      ? [`Cassy at "${cluster.cassy}" does not know node ${quoted(strangers)} of the snapshot any more`]
      : []),
    ...(known.underWay.length > 0 ? underWayTexts(cluster.cassy, known.underWay) : []),
  ];
}

/** Or why they are not those of the plan. */
async function toolsAsPlanned(
  open: OpenDeployment,
  { database, cassy, bucket }: PlannedCluster,
): Promise<CassyTools | string> {
  const cassandra = open.cassandra(database);
  if (cassandra.settings.cassy === undefined)
    return `the configuration names no Cassy for database "${database}" any more`;
  const tools = await cassandra.tools();
  if (tools.cassy.address === cassy && tools.uploads.name === bucket) return tools;
  return `the configuration names Cassy at "${tools.cassy.address}" with ${tools.uploads.name} for "${database}", and not at "${cassy}" with ${bucket}`;
}

/** What the bucket lacks of the snapshot by now. */
async function missingFiles(
  { uploads }: CassyTools,
  { original }: PlannedCluster,
): Promise<readonly string[]> {
  const { missing } = await uploads.look(original.snapshot, original);
  if (missing.length === 0) return [];
  return [
    `${uploads.name} does not hold all of snapshot "${original.snapshot.snapshotId}" any more: ${boundedText(missing)}`,
  ];
}

/** At the only place where files are put on nodes the world is asked, not the journal. */
export async function requireReady(
  open: OpenDeployment,
  { instances, run }: Pick<CassandraPlan, "instances" | "run">,
  cluster: PlannedCluster,
  silence: Silence,
): Promise<CassyTools> {
  await refuseRunning(open, instances, silence);
  const tools = await toolsAsPlanned(open, cluster);
  const missing = typeof tools === "string" ? [tools] : await missingFiles(tools, cluster);
  if (typeof tools === "string" || missing.length > 0)
    throw new StillpointError(
      "RESTORE_BLOCKED",
      `Cassy was not asked to restore cluster "${cluster.original.cluster}" in run "${run}": ${missing.join("; ")}. What was moved aside is where you have put it. Bring that back as it was, then: stillpoint restore resume ${run}; or give the nodes their directories back and end the run with: stillpoint restore abandon ${run}`,
    );
  await refuseNodesRunning(open, cluster, run);
  return tools;
}
