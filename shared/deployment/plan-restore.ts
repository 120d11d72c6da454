import { createHash, randomBytes } from "node:crypto";
import { stamp } from "../backup/pause-record.ts";
import type { Catalog } from "../catalog/catalog.ts";
import type { RestorePoint, Run } from "../catalog/model.ts";
import { SCHEMA } from "../catalog/model.ts";
import { StillpointError } from "../errors/stillpoint-error.ts";
import { describeCassandraPlan } from "../restore/cassandra/describe-plan.ts";
import { choosePoint, commandText, type PointChoice } from "../restore/choose-point.ts";
import { describeCosmosdbPlan } from "../restore/cosmosdb/describe-plan.ts";
import { describePlan } from "../restore/dynamodb/describe-plan.ts";
import { describeJdbcPlan } from "../restore/jdbc/describe-plan.ts";
import { describeManagedPlan } from "../restore/managed/describe-plan.ts";
import type { Mode } from "../restore/mode.ts";
import type { PlanText } from "../restore/plan-step.ts";
import type { RestorePlan } from "../restore/restore-plan.ts";
import { describeSearch } from "../restore/search/describe-plan.ts";
import { canonicalJson } from "../workflow/canonical-json.ts";
import { planCassandra } from "./cassandra/plan.ts";
import { planCosmosdb } from "./cosmosdb/plan.ts";
import { planDynamodb } from "./dynamodb/plan.ts";
import { settledPoint } from "./dynamodb/settled/settled-point.ts";
import { planJdbc } from "./jdbc/plan.ts";
import { planManaged } from "./managed/plan.ts";
import type { OpenDeployment } from "./open-deployment.ts";
import type { Planning } from "./planning.ts";
import type { RunExecution } from "./take-attempt.ts";

/** What a run carries: the plan as data, its digest, and the same in words. */
export interface RunPlan {
  readonly restore: RestorePlan;
  readonly digest: string;
  readonly text: PlanText;
}

export interface PlannedRun extends Run {
  readonly plan: RunPlan;
}

/** What is approved is what happens. Plans of DynamoDB are digested as when there was no other kind. */
export function digestOf(plan: RestorePlan): string {
  const { kind, ...others } = plan;
  const digested = kind === "dynamodb" ? others : plan;
  return createHash("sha256").update(canonicalJson(digested)).digest("hex");
}

/** A second at which nobody may have paused; `latest`: as near to now as all tables cover. */
export interface SettleChoice {
  readonly kind: "settle";
  readonly at: number | "latest";
}

/** What is asked for. */
export interface Wanted {
  readonly choice: PointChoice | SettleChoice;
  readonly mode: Mode;
  /** In place: leaves the other replicas of global tables behind, instead of refusing. */
  readonly detachReplicas?: boolean;
  /** Takes a point, too, of which the pause was only watched. */
  readonly acceptObserved?: boolean;
  /** Where another host carries the plan out. */
  readonly toolsElsewhere?: boolean;
  /** Where whoever asked has a name for it; its last eight characters mark what it makes. */
  readonly run?: string;
  readonly request?: string;
  /** The durable execution that plans it, where an earlier run of the same request had executions before. */
  readonly execution?: RunExecution;
}

/** Plans a restore and keeps the plan in the catalog. Changes nothing else; all reasons against come at once. */
export async function planRestore(
  open: OpenDeployment,
  {
    choice,
    mode,
    detachReplicas = false,
    acceptObserved = false,
    toolsElsewhere = false,
    run: given,
    request,
    execution,
  }: Wanted,
): Promise<PlannedRun> {
  const { catalog, clock, settings } = open;
  const points = (await catalog.points.list(settings.name)).records;
  const point =
    choice.kind === "settle"
      ? await settledPoint(open, choice.at)
      : choosePoint(points, choice, settings.name, { acceptObserved });
  const nowMs = clock.wallMs();
  const run = given ?? `restore-${stamp(nowMs)}-${randomBytes(4).toString("hex")}`;
  const plan = await planOf(open, {
    point,
    run,
    mode,
    detachReplicas,
    acceptObserved,
    toolsElsewhere,
    points,
  });
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
    ...(execution && { execution }),
    plan: { restore: plan, digest: digestOf(plan), text: withCommand(point, textOf(plan, nowMs)) },
  };
  if (choice.kind === "settle") await keepPoint(catalog, point);
  await catalog.runs.create(planned);
  return planned;
}

/** Planned before, for the same second: what is known of the tables now is as good or better. */
async function keepPoint({ points }: Catalog, point: RestorePoint): Promise<void> {
  if ((await points.find(point.id)) === undefined) await points.create(point);
  else
    await points.update(point.id, ({ createdMs, settled }) => ({
      ...point,
      createdMs,
      ...(settled?.by && { settled }),
    }));
}

function planOf(open: OpenDeployment, planning: Planning): Promise<RestorePlan> {
  const [{ kind } = { kind: undefined }, ...others] = planning.point.databases;
  if (kind === undefined || others.some((other) => other.kind !== kind))
    throw new StillpointError(
      "CATALOG_DAMAGED",
      `restore point "${planning.point.id}" names databases of several kinds, or none; nothing was touched`,
    );
  switch (kind) {
    case "dynamodb":
      return planDynamodb(open, planning);
    case "cosmosdb":
      return planCosmosdb(open, planning);
    case "jdbc":
      return planJdbc(open, planning);
    case "managed":
      return planManaged(open, planning);
    case "cassandra":
      return planCassandra(open, planning);
    default:
      return kind satisfies never;
  }
}

/** What a command has left beside the databases is one half of the point, and nobody here can bring it back. */
function withCommand({ command }: Planning["point"], text: PlanText): PlanText {
  if (command === undefined) return text;
  const told = `Inside the pause of this point a command ran, too (${commandText(command.command)}). What it has left is not restored by this plan: bring that back with its own tool, to the same point, before the instances start`;
  return { ...text, consequences: [...text.consequences, told] };
}

function textOf(plan: RestorePlan, nowMs: number): PlanText {
  switch (plan.kind) {
    case "dynamodb":
      return describePlan(plan, nowMs);
    case "cosmosdb":
      return describeCosmosdbPlan(plan, nowMs);
    case "jdbc":
      return describeJdbcPlan(plan, nowMs);
    case "managed":
      return describeManagedPlan(plan, nowMs);
    case "cassandra":
      return describeCassandraPlan(plan, nowMs);
    case "search":
      return describeSearch(plan);
    default:
      return plan satisfies never;
  }
}
