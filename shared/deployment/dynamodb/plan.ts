import type { RestorePoint } from "../../catalog/model.ts";
import { secondOf } from "../../restore/choose-point.ts";
import { CapturedDynamodb } from "../../restore/dynamodb/captured.ts";
import {
  createdSince,
  type DynamodbPlan,
  isLessCaptured,
  type PlannedDatabase,
  planProof,
  planTables,
  refusals,
} from "../../restore/dynamodb/plan.ts";
import { clocksOf } from "../clocks.ts";
import type { OpenDeployment } from "../open-deployment.ts";
import { type Planning, refusePlan, windowOnDatabase } from "../planning.ts";
import { dyingPoints } from "./dying-points.ts";
import { takenNames } from "./recheck.ts";

/** Plans a restore of tables; all reasons against come at once. */
export async function planDynamodb(open: OpenDeployment, planning: Planning): Promise<DynamodbPlan> {
  const databases = await Promise.all(planning.point.databases.map((each) => lookAt(open, each)));
  const plan = planFrom(open, planning, databases);
  refusePlan(plan, [
    ...databases.flatMap((database) => refusals(database, plan)),
    ...(plan.proofs.length === 0 ? ["the restore point has no coordinator table"] : []),
    ...(await takenNames(open, plan)),
  ]);
  return plan;
}

async function lookAt(
  open: OpenDeployment,
  { name, atSecond, captured }: RestorePoint["databases"][number],
): Promise<PlannedDatabase> {
  const { captured: now } = await open.dynamodb(name).capture({ withAlarms: true });
  return { name, atSecond, atBackup: CapturedDynamodb.parse(captured), now };
}

function planFrom(
  open: OpenDeployment,
  { point, run, mode, detachReplicas, points }: Planning,
  databases: readonly PlannedDatabase[],
): DynamodbPlan {
  const tables = databases.flatMap((database) => planTables(database, run));
  const proofs = databases.flatMap(
    (database) => planProof(database, run, { clocks: clocksOf(open), lastSecond: secondOf(point) }) ?? [],
  );
  return {
    kind: "dynamodb",
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
