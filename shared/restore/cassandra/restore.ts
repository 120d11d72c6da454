import { quoted } from "../../errors/quoted.ts";
import { StillpointError } from "../../errors/stillpoint-error.ts";
import type { VerificationReport } from "../../verify/report.ts";
import { all, answerOf, asker, type Patience, type Workflow } from "../../workflow/effect.ts";
import type { Mode } from "../mode.ts";
import { HOUR_MS, patiently } from "../patiently.ts";
import { entering, verified } from "../run-event.ts";
import { commandsToStart } from "./by-hand.ts";
import type { CassandraEffects, CassandraPhase, FailedNodes, SentRestore } from "./effects.ts";
import { type CheckedIndex, isChecked, type LookedAtIndex } from "./index-look.ts";
import { addressesOf, type CassandraPlan, type NodesOfCluster } from "./plan.ts";
import { endedUnseen } from "./refusals.ts";

const ask = asker<CassandraEffects>();
const enter = entering<CassandraPhase>();

/** Files are downloaded for hours; Cassy may never say that it has ended. */
const FILES_PATIENCE: Patience = { firstMs: 500, factor: 1.4, mostMs: 30_000, limitMs: 24 * HOUR_MS };

/** People start the nodes, and large ones take their time. */
const NODES_PATIENCE: Patience = { firstMs: 500, factor: 1.4, mostMs: 15_000, limitMs: 2 * HOUR_MS };

/** Cassandra builds those of a large table for hours. */
const BUILDING_PATIENCE: Patience = { firstMs: 500, factor: 1.4, mostMs: 30_000, limitMs: 24 * HOUR_MS };

/** Each has failed on a node, and each was begun by somebody who had emptied its directories. */
const ATTEMPTS_MOST = 10;

type LookedAtIndexes = Readonly<Record<string, readonly LookedAtIndex[]>>;
type CheckedIndexes = Readonly<Record<string, readonly CheckedIndex[]>>;

export interface RestoredCluster {
  /** Its name in the configuration. */
  readonly database: string;
  readonly cluster: string;
  readonly snapshotId: string;
  readonly nodes: readonly string[];
  /** All of its secondary indexes. */
  readonly indexes: readonly CheckedIndex[];
}

export interface CassandraResult {
  readonly kind: "cassandra";
  readonly mode: Mode;
  readonly copies: VerificationReport;
  /** How keyspaces are kept otherwise than in the snapshot, by `database: keyspace`. */
  readonly settingsDifferences: Readonly<Record<string, readonly string[]>>;
  readonly clusters: readonly RestoredCluster[];
}

/**
 * People stop the nodes and move their directories aside; Cassy puts every node's own files of the snapshot there;
 * people start the nodes; then all rows are read and verified, and asked for by every secondary index. Stillpoint deletes and moves nothing.
 */
export function* restoreCassandra(plan: CassandraPlan): Workflow<CassandraResult> {
  yield* enter("check");
  yield* ask("recheck", { plan });
  yield* restoreFiles(plan);
  yield* awaitNodes(plan);
  const copies = yield* verify(plan);
  const indexes = yield* checkIndexes(plan);
  yield* enter("compare");
  const settingsDifferences = yield* ask("compare-clusters", { plan });
  return {
    kind: "cassandra",
    mode: plan.mode,
    copies,
    settingsDifferences,
    clusters: restoredClusters(plan, indexes),
  };
}

/** Where Cassy fails on nodes, only these are restored again, once somebody has emptied their directories again. */
function* restoreFiles(plan: CassandraPlan): Workflow<void> {
  yield* enter("restore-nodes");
  let waiting = plan.clusters.map((cluster) => ({ cluster, nodes: addressesOf(cluster.original.nodes) }));
  for (let attempt = 1; attempt <= ATTEMPTS_MOST; attempt++) {
    const failed = yield* restoreOnce(plan, waiting);
    if (failed.length === 0) return;
    yield* ask("require-emptied", { plan, attempt, failed });
    waiting = plan.clusters.flatMap((cluster) => nodesOf(cluster, failed));
  }
  throw new StillpointError(
    "RESTORE_BLOCKED",
    `Cassy has failed ${ATTEMPTS_MOST} times in run "${plan.run}", the last time on ${quoted(waiting.flatMap(({ nodes }) => nodes))}; nothing was deleted. Read Cassy's log and mend what it names; then end the run with: stillpoint restore abandon ${plan.run}, and plan again`,
  );
}

function nodesOf(
  cluster: NodesOfCluster["cluster"],
  failed: readonly FailedNodes[],
): readonly NodesOfCluster[] {
  const nodes = failed.find(({ database }) => database === cluster.database)?.nodes ?? [];
  return nodes.length === 0 ? [] : [{ cluster, nodes }];
}

function* restoreOnce(
  plan: CassandraPlan,
  waiting: readonly NodesOfCluster[],
): Workflow<readonly FailedNodes[]> {
  const sent: SentRestore[] = [];
  for (const { cluster, nodes } of waiting)
    sent.push({ cluster, nodes, before: yield* ask("known-restores", { cluster }) });
  const outcomes = yield* all<null>(sent.map((each) => ask.effect("restore-nodes", { plan, sent: each })));
  for (const outcome of outcomes) answerOf(outcome);
  const ended = yield* patiently<{ done: boolean; failed: readonly FailedNodes[] }>(
    ask.effect("observe-restores", { sent }),
    FILES_PATIENCE,
    waitedForCassy(plan.run, sent),
  );
  return ended.failed;
}

function waitedForCassy(run: string, sent: readonly SentRestore[]): string {
  const each = sent.map(
    ({ cluster, nodes }) =>
      `Cassy at "${cluster.cassy}" has not ended the restore of snapshot "${cluster.original.snapshot.snapshotId}" on every one of ${quoted(nodes)}. ${endedUnseen(cluster.original.snapshot.snapshotId)}`,
  );
  return `${each.join("; ")}. What was moved aside is where you have put it. Then: stillpoint restore resume ${run}, which asks Cassy for nothing that it has begun. What it was told meanwhile as "not begun", it will never begin: end the run with: stillpoint restore abandon ${run}, and plan again`;
}

function* awaitNodes(plan: CassandraPlan): Workflow<void> {
  yield* enter("start-nodes");
  for (const text of commandsToStart(plan)) yield* ask("report", { event: { kind: "advice", text } });
  yield* patiently(
    ask.effect("observe-nodes", { plan }),
    NODES_PATIENCE,
    `not all nodes of ${quoted(plan.clusters.map(({ original }) => original.cluster))} answer in CQL with one schema, though Cassy has restored the files of all (what was amiss was told meanwhile, and is asked again at once when the run is resumed): start Cassandra on ${quoted(plan.clusters.flatMap(({ original }) => addressesOf(original.nodes)))}, seeds first, and read its log. Leave the instances stopped, then: stillpoint restore resume ${plan.run}`,
  );
}

function* verify(plan: CassandraPlan): Workflow<VerificationReport> {
  yield* enter("verify");
  const report = yield* verified(yield* ask("scope-copies", { plan }));
  if (report.proof.kind === "disproven") throw disproven(plan, report.proof.reason);
  return report;
}

function disproven({ point, run }: CassandraPlan, reason: string): StillpointError {
  return new StillpointError(
    "COPY_DISPROVEN",
    `what was restored to point "${point}" is not whole: ${reason}. Do not start the instances. Where rows are newer than the point, a directory was not empty when Cassy restored to it: stop the nodes, move all of their directories aside, and plan the same point again after stillpoint restore abandon ${run}. What was moved aside before is where you have put it`,
  );
}

/** Where one finds too little, it is asked again by whoever resumes the run. */
function* checkIndexes(plan: CassandraPlan): Workflow<CheckedIndexes> {
  yield* enter("indexes");
  const { indexes } = yield* patiently<{ done: boolean; indexes: LookedAtIndexes }>(
    ask.effect("observe-indexes", { plan }),
    BUILDING_PATIENCE,
    `not every secondary index answers, though all rows are restored and verified (what was amiss was told meanwhile): read the logs of the nodes, and mend what they name. Leave the instances stopped, then: stillpoint restore resume ${plan.run}`,
  );
  const checked = Object.entries(indexes).map(
    ([database, all]) => [database, all.filter(isChecked)] as const,
  );
  const isWhole = Object.values(indexes).flat().every(isChecked);
  return isWhole ? Object.fromEntries(checked) : yield* ask("require-indexes", { plan });
}

function restoredClusters({ clusters }: CassandraPlan, indexes: CheckedIndexes): readonly RestoredCluster[] {
  return clusters.map(({ database, original }) => ({
    database,
    cluster: original.cluster,
    snapshotId: original.snapshot.snapshotId,
    nodes: addressesOf(original.nodes),
    indexes: indexes[database] ?? [],
  }));
}
