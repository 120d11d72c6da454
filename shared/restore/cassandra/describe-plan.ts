import { quoted } from "../../errors/quoted.ts";
import { NOTHING, type PlanStep, type PlanText } from "../plan-step.ts";
import { writesSince } from "../plan-text.ts";
import { sizeText } from "../size-text.ts";
import { asideSuffix, toForgetIndexes, toMoveAside } from "./by-hand.ts";
import { losses } from "./losses.ts";
import { addressesOf, type CassandraPlan, type PlannedCluster } from "./plan.ts";

/** The plan in words. Everything in it comes from the plan itself, so that the text cannot promise something else. */
export function describeCassandraPlan(plan: CassandraPlan, nowMs: number): PlanText {
  return { steps: stepsOf(plan), consequences: [...consequences(plan, nowMs)] };
}

const NONE = "nothing to undo";

function stepsOf(plan: CassandraPlan): readonly PlanStep[] {
  return [
    stopInstancesStep(plan),
    stopNodesStep(plan),
    moveAsideStep(plan),
    restoreStep(plan),
    startStep(plan),
    verifyStep(),
    repairStep(),
  ];
}

function stopInstancesStep({ instances }: CassandraPlan): PlanStep {
  const does = `By hand: stop every instance (${instances.length} recorded at the backup, and whatever discovery finds), not just pause it; that is checked at the beginning, and again before Cassy is asked`;
  return { does, ...NOTHING, undo: "start the instances" };
}

function stopNodesStep({ clusters }: CassandraPlan): PlanStep {
  const each = clusters.map(
    ({ original }) => `${quoted(addressesOf(original.nodes))} of cluster "${original.cluster}"`,
  );
  const does = `By hand: stop Cassandra on ${each.join(", and on ")} (on each: nodetool drain, then systemctl stop cassandra); that is checked at the beginning, and again before Cassy is asked`;
  return { does, ...NOTHING, undo: "start Cassandra on every node" };
}

function moveAsideStep({ clusters, run }: CassandraPlan): PlanStep {
  const changes = clusters.flatMap(({ original }) =>
    original.nodes.map(
      ({ address }) => `${original.snapshot.dataDir} of ${address} is kept as *${asideSuffix(run)}`,
    ),
  );
  const each = clusters.map(
    (cluster) => `on every node of "${cluster.original.cluster}": ${toMoveAside(cluster, run)}`,
  );
  const does = `By hand: move all of Cassandra's directories aside, ${each.join("; ")}. Move, do not delete: it is the only copy of what was written since. Nobody but you can see whether they are empty; what stays in one comes back among what is restored`;
  return {
    does,
    ...NOTHING,
    changes,
    undo: "by hand: give every directory its name back before Cassandra is started",
  };
}

function restoreStep({ clusters }: CassandraPlan): PlanStep {
  const creates = clusters.flatMap(({ original: { uploads, snapshot } }) =>
    uploads.map(
      ({ address, files, bytes }) =>
        `${files.toLocaleString("en-US")} files (${sizeText(bytes)}) in ${snapshot.dataDir} of ${address}`,
    ),
  );
  const does = `Have Cassy restore every node's own files, all nodes in one call: ${clusters.map(restoreText).join(", ")}`;
  const undo = "by hand: move what Cassy has restored away, and give what was moved aside its names back";
  return { does, ...NOTHING, creates, undo };
}

function restoreText({ cassy, bucket, original }: PlannedCluster): string {
  const { snapshotId, type } = original.snapshot;
  const how = type === "cluster" ? "restore type 1, of the cluster" : "restore type 2, of nodes";
  return `Cassy at "${cassy}", snapshot "${snapshotId}" from ${bucket}, ${how}, the snapshot only`;
}

function startStep({ clusters }: CassandraPlan): PlanStep {
  const nodes = quoted(clusters.flatMap(({ original }) => addressesOf(original.nodes)));
  const forget = clusters
    .flatMap((cluster) => toForgetIndexes(cluster) ?? [])
    .map((text) => ` ${text}.`)
    .join("");
  const does = `By hand, once Stillpoint says so: start Cassandra on ${nodes}, the seeds first.${forget} Stillpoint waits until all of them answer in CQL, as the very nodes of the snapshot, with one schema`;
  return { does, ...NOTHING, undo: "as above, once Cassandra is stopped on every node" };
}

function verifyStep(): PlanStep {
  const does =
    "Read every row at QUORUM and verify it; what is disproven ends the restore here, before an instance is started. Then ask every secondary index, at every node, for rows that are there; one that does not find them stops the restore until it is rebuilt";
  return { does, ...NOTHING, undo: "as above" };
}

function repairStep(): PlanStep {
  const does =
    "By hand, afterwards: repair one node after the other (nodetool repair -pr), then start the instances fresh";
  return { does, ...NOTHING, undo: NONE };
}

function* consequences(plan: CassandraPlan, nowMs: number): Generator<string> {
  yield `${discardedByFiles(plan, nowMs)}. It is only in what you move aside`;
  yield* losses(plan);
  const bytes = plan.clusters.flatMap(({ original }) => original.uploads.map((upload) => upload.bytes));
  const most = Math.max(...bytes);
  yield `Room: every node needs that of its snapshot (up to ${sizeText(most)}) beside what is moved aside`;
  yield `Time: downloading ${sizeText(bytes.reduce((sum, each) => sum + each, 0))} to ${bytes.length} nodes side by side, starting the nodes, and reading every row. Nothing answers meanwhile`;
  yield "No restore point is lost: the snapshots stay in the bucket. Afterwards start the instances fresh; one that was only paused must be restarted";
}

/** What the restore takes from the instances, as it is at the given time: it grows while nobody runs the plan. */
export function discardedByFiles({ clusters }: Pick<CassandraPlan, "clusters">, nowMs: number): string {
  return writesSince(clusters, "the snapshot", nowMs);
}

/** What somebody agrees to who lets the plan be carried out. */
export function filesAtStake({ clusters }: Pick<CassandraPlan, "clusters">): string {
  const each = clusters.map(
    ({ original: { cluster, snapshot, nodes } }) =>
      `all that ${quoted(addressesOf(nodes))} of cluster "${cluster}" hold by snapshot "${snapshot.snapshotId}"`,
  );
  return `has Cassy replace ${each.join(", and ")}`;
}
