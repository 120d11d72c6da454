import type { RestorePoint } from "../../catalog/model.ts";
import type { CassyTools } from "../../databases/cassandra/cassy-tools.ts";
import type { CassandraDatabase } from "../../databases/cassandra/database.ts";
import { restoresUnderWay } from "../../databases/cassandra/restores-under-way.ts";
import { codeOf, messageOf } from "../../errors/stillpoint-error.ts";
import type { ErrorCode } from "../../errors/table.ts";
import { CapturedCassandra, type CassySnapshot } from "../../restore/cassandra/captured.ts";
import { type CassandraPlan, completeOf, type PlannedCluster } from "../../restore/cassandra/plan.ts";
import {
  type Asked,
  type KnownToCassy,
  type LookedAtCluster,
  refusals,
  requestRefusals,
} from "../../restore/cassandra/refusals.ts";
import type { OpenDeployment } from "../open-deployment.ts";
import { frameOf, type Planning, refusePlan } from "../planning.ts";

/** Plans the restore of a point's snapshots by Cassy; changes nothing. All reasons against come at once. */
export async function planCassandra(open: OpenDeployment, planning: Planning): Promise<CassandraPlan> {
  const { point, mode, acceptObserved } = planning;
  const { window, ...frame } = frameOf(open, planning);
  const observed = point.basis === "observed";
  const looked = await Promise.all(point.databases.map((database) => lookAt(open, database)));
  refusePlan(frame, [...requestRefusals(mode, { observed, acceptObserved }), ...looked.flatMap(refusals)]);
  return {
    kind: "cassandra",
    ...frame,
    clusters: looked.flatMap(plannedCluster),
    observed,
    ...(point.basis === "window" && window && { window }),
  };
}

/** What is missing here was refused. */
function plannedCluster(looked: LookedAtCluster): readonly PlannedCluster[] {
  const { database, atSecond, captured, cassy, bucket, today } = looked;
  const original = completeOf(captured);
  if (original === undefined || cassy?.says.kind !== "answered" || bucket === undefined) return [];
  const { increments } = cassy.says.answer;
  const answered = today.kind === "answered";
  return [
    {
      database,
      atSecond,
      original,
      cassy: cassy.address,
      bucket: bucket.name,
      increments,
      answered,
    },
  ];
}

async function lookAt(
  open: OpenDeployment,
  { name, atSecond, captured: recorded }: RestorePoint["databases"][number],
): Promise<LookedAtCluster> {
  const database = open.cassandra(name);
  const captured = CapturedCassandra.parse(recorded);
  const [tools, today] = await Promise.all([toolsOf(database), asked(() => nodesToday(database))]);
  const base = { database: name, atSecond, captured, today };
  const { snapshot } = captured;
  if (tools === undefined || snapshot === undefined) return base;
  const [says, missing] = await Promise.all([
    asked(() => knownToCassy(tools, snapshot)),
    asked(async () => (await tools.uploads.look(snapshot, captured)).missing),
  ]);
  return {
    ...base,
    cassy: { address: tools.cassy.address, says },
    bucket: { name: tools.uploads.name, missing },
  };
}

async function toolsOf(database: CassandraDatabase): Promise<CassyTools | undefined> {
  return database.settings.cassy === undefined ? undefined : database.tools();
}

async function nodesToday(database: CassandraDatabase) {
  return (await (await database.cluster()).describe()).nodes;
}

/** All that Cassy knows of a snapshot; only what it says, which is no proof that there is such a thing. */
export async function knownToCassy(
  { cassy }: CassyTools,
  { clusterId, snapshotId }: CassySnapshot,
): Promise<KnownToCassy> {
  const [clusters, backups] = await Promise.all([cassy.clusters(), cassy.backups({ clusterId, snapshotId })]);
  const registration = clusters.find((each) => each.clusterId === clusterId);
  const underWay = await restoresUnderWay(cassy, clusters, registration?.nodes ?? []);
  const increments = new Set(
    backups.filter(({ type }) => type === "incremental").map(({ createdMs }) => createdMs),
  );
  return {
    ...(registration && { nodes: registration.nodes }),
    underWay: underWay.map(({ node, snapshotId: of, createdMs }) => ({ node, snapshotId: of, createdMs })),
    increments: increments.size,
  };
}

const NO_ANSWER: readonly ErrorCode[] = ["DATABASE_UNREACHABLE", "DATABASE_DENIED", "DATABASE_REFUSED"];

/** What does not answer is a reason against the plan like any other, or none at all. */
async function asked<T>(question: () => Promise<T>): Promise<Asked<T>> {
  try {
    return { kind: "answered", answer: await question() };
  } catch (error) {
    if (NO_ANSWER.includes(codeOf(error))) return { kind: "silent", why: messageOf(error) };
    throw error;
  }
}
