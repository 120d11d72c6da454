import type { RestoreEntry } from "../../databases/cassandra/cassy.ts";
import type { CassyTools } from "../../databases/cassandra/cassy-tools.ts";
import { quoted } from "../../errors/quoted.ts";
import { codeOf, messageOf, StillpointError } from "../../errors/stillpoint-error.ts";
import type { FailedNodes, KnownRestores, SentRestore } from "../../restore/cassandra/effects.ts";
import type { CassandraPlan, PlannedCluster } from "../../restore/cassandra/plan.ts";
import type { OpenDeployment } from "../open-deployment.ts";
import type { Silence } from "../stopped-instances.ts";
import { requireReady } from "./recheck.ts";

export async function knownRestores(open: OpenDeployment, cluster: PlannedCluster): Promise<KnownRestores> {
  const entries = await restoresOf(await open.cassandra(cluster.database).tools(), cluster);
  const byNode = Map.groupBy(entries, ({ node }) => node);
  return Object.fromEntries(
    [...byNode].map(([node, those]) => [node, those.map(({ createdMs }) => createdMs).sort((a, b) => a - b)]),
  );
}

function restoresOf(
  { cassy }: Pick<CassyTools, "cassy">,
  { original }: PlannedCluster,
): Promise<readonly RestoreEntry[]> {
  const { clusterId, snapshotId } = original.snapshot;
  return cassy.restores({ clusterId, snapshotId });
}

/** Not by its time, but by not having been there: clocks step back. */
function begunSince(
  entries: readonly RestoreEntry[],
  { before, nodes }: SentRestore,
): readonly RestoreEntry[] {
  return entries.filter(
    ({ node, createdMs }) => nodes.includes(node) && !(before[node] ?? []).includes(createdMs),
  );
}

interface Sending {
  readonly silence: Silence;
  /** Asked just before: nobody else may have gone on with the run. */
  readonly guard: () => Promise<void>;
}

/** Asks Cassy for the nodes, at most once: what it has begun since `before` is what an earlier life has asked for. */
export async function restoreNodes(
  open: OpenDeployment,
  { plan, sent }: { readonly plan: CassandraPlan; readonly sent: SentRestore },
  { guard, silence }: Sending,
): Promise<void> {
  const { cluster, nodes } = sent;
  const asked = await open.cassandra(cluster.database).tools();
  if (begunSince(await restoresOf(asked, cluster), sent).length > 0) return;
  const tools = await requireReady(open, plan, cluster, silence);
  await guard();
  const { clusterId, snapshotId, type } = cluster.original.snapshot;
  try {
    await tools.cassy.restore({ clusterId, snapshotId, type, nodes });
  } catch (error) {
    // It says FAILED of nodes before it refuses, and its answer may have been lost: then what it has begun is looked at.
    if (begunSince(await restoresOf(tools, cluster), sent).length > 0) return;
    throw notSeenToBegin(error, plan.run, sent);
  }
}

function notSeenToBegin(error: unknown, run: string, { cluster, nodes }: SentRestore): StillpointError {
  const asked = `Cassy at "${cluster.cassy}" was asked to restore snapshot "${cluster.original.snapshot.snapshotId}" on ${quoted(nodes)}`;
  return new StillpointError(
    codeOf(error),
    `${asked}, and has not begun as far as it says (${messageOf(error)}); nothing was changed on any node by then. Leave the nodes stopped and their directories empty, then: stillpoint restore resume ${run}, which looks first whether it has begun after all`,
    { cause: error },
  );
}

interface Observation {
  readonly done: boolean;
  readonly failed: readonly FailedNodes[];
}

/** Cassy goes on by itself, whether it answers or not; that it has ended is on it to say. */
export async function observeRestores(
  open: OpenDeployment,
  sent: readonly SentRestore[],
  tell: (node: string, stage: string) => void,
): Promise<Observation> {
  const looks = await Promise.all(sent.map((each) => observeCluster(open, each, tell)));
  return {
    done: looks.every(({ done }) => done),
    failed: looks.flatMap(({ failed }, place) => {
      const database = sent[place]?.cluster.database;
      return failed.length === 0 || database === undefined ? [] : [{ database, nodes: failed }];
    }),
  };
}

async function observeCluster(
  open: OpenDeployment,
  sent: SentRestore,
  tell: (node: string, stage: string) => void,
): Promise<{ readonly done: boolean; readonly failed: readonly string[] }> {
  const entries = await entriesNow(open, sent, tell);
  if (entries === undefined) return { done: false, failed: [] };
  const stages = sent.nodes.map((node) => ({ node, stage: stageOf(entries, node) }));
  for (const { node, stage } of stages) tell(node, stage);
  return {
    done: stages.every(({ stage }) => stage === "completed" || stage === "failed"),
    failed: stages.filter(({ stage }) => stage === "failed").map(({ node }) => node),
  };
}

/** `undefined` where Cassy does not answer: it may tomorrow. */
async function entriesNow(
  open: OpenDeployment,
  sent: SentRestore,
  tell: (node: string, stage: string) => void,
): Promise<readonly RestoreEntry[] | undefined> {
  try {
    const tools = await open.cassandra(sent.cluster.database).tools();
    return begunSince(await restoresOf(tools, sent.cluster), sent);
  } catch (error) {
    if (codeOf(error) !== "DATABASE_UNREACHABLE") throw error;
    for (const node of sent.nodes) tell(node, "unknown: Cassy does not answer");
    return undefined;
  }
}

/** Of the latest, where somebody has asked for another one by hand. */
function stageOf(entries: readonly RestoreEntry[], node: string): RestoreEntry["status"] | "not begun" {
  const latest = entries
    .filter((entry) => entry.node === node)
    .reduce<RestoreEntry | undefined>(
      (best, entry) => (best !== undefined && best.createdMs >= entry.createdMs ? best : entry),
      undefined,
    );
  return latest?.status ?? "not begun";
}

/** What Cassy says at last of every node, for whoever ends the run. */
export async function standingRestores(
  open: OpenDeployment,
  { clusters }: CassandraPlan,
): Promise<readonly string[]> {
  const each = await Promise.all(clusters.map((cluster) => standingOf(open, cluster)));
  return each.flat();
}

async function standingOf(open: OpenDeployment, cluster: PlannedCluster): Promise<readonly string[]> {
  const { snapshot, nodes } = cluster.original;
  const what = `snapshot "${snapshot.snapshotId}" of cluster "${cluster.original.cluster}"`;
  try {
    const entries = await restoresOf(await open.cassandra(cluster.database).tools(), cluster);
    if (entries.length === 0) return [`Cassy has never begun to restore ${what}: no file was put on a node`];
    return nodes.map(
      ({ address }) => `node ${address}: Cassy's last restore of ${what} is ${stageOf(entries, address)}`,
    );
  } catch (error) {
    return [`Cassy cannot be asked how far it is with ${what}: ${messageOf(error)}`];
  }
}
