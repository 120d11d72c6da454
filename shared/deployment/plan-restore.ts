import { createHash, randomBytes } from "node:crypto";
import { stamp } from "../backup/pause-record.ts";
import type { RestorePoint, Run } from "../catalog/model.ts";
import { SCHEMA } from "../catalog/model.ts";
import { StillpointError } from "../errors/stillpoint-error.ts";
import { choosePoint, type PointChoice, secondOf } from "../restore/choose-point.ts";
import { CapturedDynamodb } from "../restore/dynamodb/captured.ts";
import { describePlan } from "../restore/dynamodb/describe-plan.ts";
import {
  createdSince,
  type DynamodbPlan,
  isLessCaptured,
  type Mode,
  type PlannedDatabase,
  planProof,
  planTables,
  refusals,
} from "../restore/dynamodb/plan.ts";
import type { PlanText } from "../restore/plan-step.ts";
import { type Clocks, DEFAULT_CLOCKS } from "../verify/subject.ts";
import { canonicalJson } from "../workflow/canonical-json.ts";
import { dyingPoints } from "./dying-points.ts";
import type { OpenDeployment } from "./open-deployment.ts";
import { takenNames } from "./recheck.ts";

/** What a run carries: the plan as data, its digest, and the same in words. */
export interface RunPlan {
  readonly dynamodb: DynamodbPlan;
  readonly digest: string;
  readonly text: PlanText;
}

export interface PlannedRun extends Run {
  readonly plan: RunPlan;
}

/** What is approved is what happens. */
export function digestOf(plan: DynamodbPlan): string {
  return createHash("sha256").update(canonicalJson(plan)).digest("hex");
}

export function clocksOf(open: OpenDeployment): Clocks {
  return { ...DEFAULT_CLOCKS, scalarClockBoundMs: open.settings.pause.scalarClockBoundMs };
}

/** What is asked for. */
export interface Wanted {
  readonly choice: PointChoice;
  readonly mode: Mode;
  /** In place: leaves the other replicas of global tables behind, instead of refusing. */
  readonly detachReplicas?: boolean;
  /** Where whoever asked has a name for it; its last eight characters mark what it makes. */
  readonly run?: string;
  readonly request?: string;
}

/** Plans a restore and keeps the plan in the catalog. Changes nothing else; all reasons against come at once. */
export async function planRestore(
  open: OpenDeployment,
  { choice, mode, detachReplicas = false, run: given, request }: Wanted,
): Promise<PlannedRun> {
  const { catalog, clock, settings } = open;
  const points = (await catalog.points.list(settings.name)).records;
  const point = choosePoint(points, choice, settings.name);
  const nowMs = clock.wallMs();
  const run = given ?? `restore-${stamp(nowMs)}-${randomBytes(4).toString("hex")}`;
  const databases = await Promise.all(point.databases.map((database) => lookAt(open, database)));
  const plan = planFrom(open, { point, run, mode, detachReplicas, databases, points });
  await refuseUnlessPossible(open, plan, databases);
  const planned: PlannedRun = {
    schema: SCHEMA,
    id: run,
    deployment: settings.name,
    kind: "restore",
    point: point.id,
    createdMs: nowMs,
    updatedMs: nowMs,
    state: "planned",
    ...(request !== undefined && { request }),
    plan: { dynamodb: plan, digest: digestOf(plan), text: describePlan(plan, nowMs) },
  };
  await catalog.runs.create(planned);
  return planned;
}

async function lookAt(
  open: OpenDeployment,
  database: RestorePoint["databases"][number],
): Promise<PlannedDatabase> {
  const { captured: now } = await open.database(database.name).capture({ withAlarms: true });
  const atBackup = CapturedDynamodb.parse(database.captured);
  return { name: database.name, atSecond: database.atSecond, atBackup, now };
}

interface PlanInput {
  readonly point: RestorePoint;
  readonly run: string;
  readonly mode: Mode;
  readonly detachReplicas: boolean;
  readonly databases: readonly PlannedDatabase[];
  readonly points: readonly RestorePoint[];
}

function planFrom(
  open: OpenDeployment,
  { point, run, mode, detachReplicas, databases, points }: PlanInput,
): DynamodbPlan {
  const tables = databases.flatMap((database) => planTables(database, run));
  const proofs = databases.flatMap(
    (database) => planProof(database, run, { clocks: clocksOf(open), lastSecond: secondOf(point) }) ?? [],
  );
  return {
    deployment: open.settings.name,
    run,
    point: point.id,
    mode,
    tables,
    proofs,
    ...(point.window && { window: windowOnDatabase(point) }),
    instances: point.instances,
    leftAlone: databases.flatMap(createdSince),
    dyingPoints: dyingPoints(points, { mode, tables }),
    ...(detachReplicas && mode === "in-place" && { detachReplicas: true }),
    ...(databases.some(isLessCaptured) && { lessCaptured: true }),
  };
}

/** The part of the pause window that is surely inside on the database's clock, at the worst offset. */
function windowOnDatabase({ window, databases }: RestorePoint): DynamodbPlan["window"] {
  if (window === undefined) return undefined;
  const bounds = databases.map(({ clockBound }) => clockBound);
  return {
    startMs: window.startMs + Math.max(...bounds.map(({ highMs }) => highMs)),
    endMs: window.endMs + Math.min(...bounds.map(({ lowMs }) => lowMs)),
  };
}

async function refuseUnlessPossible(
  open: OpenDeployment,
  plan: DynamodbPlan,
  databases: readonly PlannedDatabase[],
): Promise<void> {
  const reasons = [
    ...databases.flatMap((database) => refusals(database, plan)),
    ...(plan.proofs.length === 0 ? ["the restore point has no coordinator table"] : []),
    ...(await takenNames(open, plan)),
  ];
  if (reasons.length > 0)
    throw new StillpointError(
      "PLAN_REFUSED",
      `"${plan.deployment}" cannot be restored to point "${plan.point}": ${reasons.join("; ")}; nothing was touched`,
    );
}
