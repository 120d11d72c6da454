import type { RestorePoint } from "../../catalog/model.ts";
import { dynamodbsOf } from "../../config/databases-of.ts";
import { secondOf } from "../../restore/choose-point.ts";
import { CapturedDynamodb } from "../../restore/dynamodb/captured.ts";
import { goneTables } from "../../restore/dynamodb/gone-tables.ts";
import {
  createdSince,
  type DynamodbPlan,
  isLessCaptured,
  type PlannedDatabase,
  type PlannedTable,
  planProof,
  planTables,
  refusals,
  type Settling,
} from "../../restore/dynamodb/plan.ts";
import { candidatesOf } from "../../restore/dynamodb/quiet/candidates.ts";
import { madeBy } from "../../restore/dynamodb/quiet/tries.ts";
import { keepsWriteSets, planEarlier } from "../../restore/dynamodb/settled/earlier-copies.ts";
import { boundOf, howSettled, keptUntilOf, refuseSettling } from "../../restore/dynamodb/settled/settling.ts";
import { earlierSecondOf } from "../../verify/subject.ts";
import { clocksOf } from "../clocks.ts";
import type { OpenDeployment } from "../open-deployment.ts";
import { type Planning, refusePlan, windowOnDatabase } from "../planning.ts";
import { dyingPoints } from "./dying-points.ts";
import { takenNames } from "./recheck.ts";
import { scopedCopy } from "./scope.ts";
import { settleObstacles } from "./settled/settle-obstacles.ts";

/** Plans a restore of tables; all reasons against come at once. */
export async function planDynamodb(open: OpenDeployment, planning: Planning): Promise<DynamodbPlan> {
  const looked = await Promise.all(planning.point.databases.map((each) => lookAt(open, each)));
  const candidates = candidatesOf(planning.point, looked);
  const databases = looked.map((each) => ({ ...each, atSecond: candidates?.[0]?.atSecond ?? each.atSecond }));
  const plan = planFrom(open, planning, { databases, candidates });
  if (plan.settling) refuseUnsettleable(open, planning, databases);
  refusePlan(plan, [
    ...databases.flatMap((database) => refusals(database, plan)),
    ...(plan.proofs.length === 0 && !plan.settling ? ["the restore point has no coordinator table"] : []),
    ...(await takenNames(open, madeBy(plan))),
  ]);
  return plan;
}

/** Also where a point is settled again: tables and settings may have changed since. */
function refuseUnsettleable(
  open: OpenDeployment,
  { point }: Planning,
  databases: readonly PlannedDatabase[],
): void {
  const now = databases.map(({ name, now: captured }) => ({
    settings: open.dynamodb(name).settings,
    captured,
  }));
  refuseSettling(open.settings.name, secondOf(point), settleObstacles(open, now));
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
  {
    databases,
    candidates,
  }: {
    readonly databases: readonly PlannedDatabase[];
    readonly candidates: DynamodbPlan["candidates"] | undefined;
  },
): DynamodbPlan {
  const tables = databases.flatMap((database) => planTables(database, run));
  const settling = point.basis === "settled" ? planSettling(open, tables) : undefined;
  const earlier = settling && earlierCopies(open, run, tables, settling);
  // Records of a ledger are settled by their own rows. What was deleted from other tables leaves none.
  const needsLater = settling?.tables.some(({ how }) => how === "perhaps") ?? true;
  const proven = needsLater ? databases : [];
  const seconds = databases.map(({ atSecond }) => atSecond);
  const lastSecond = Math.max(...seconds);
  const proofs = proven.flatMap(
    (database) => planProof(database, run, { clocks: clocksOf(open), lastSecond }) ?? [],
  );
  const earliest = Math.min(...seconds, ...(candidates ?? []).map(({ atSecond }) => atSecond));
  const gone = goneTables(point, earliest, points);
  return {
    kind: "dynamodb",
    deployment: open.settings.name,
    run,
    point: point.id,
    mode,
    tables,
    proofs,
    ...(earlier && { earlier }),
    ...(point.window && { window: windowOnDatabase(point) }),
    instances: point.instances,
    leftAlone: databases.flatMap(createdSince),
    ...(gone.length > 0 && { gone }),
    dyingPoints: dyingPoints(points.includes(point) ? points : [...points, point], { mode, tables }),
    ...(detachReplicas && mode === "in-place" && { detachReplicas: true }),
    ...(candidates && { candidates }),
    ...(candidates && open.settings.pause.isScalarClockBoundDefault && { isBoundDefault: true }),
    ...(settling && { settling }),
    ...(databases.some(isLessCaptured) && { lessCaptured: true }),
  };
}

/** By the bound of today's configuration: it is what the person who plans knows of the clocks. */
function planSettling(open: OpenDeployment, tables: readonly PlannedTable[]): Settling {
  const clocks = clocksOf(open);
  return {
    keptUntilMs: keptUntilOf(Math.min(...tables.map(({ atSecond }) => atSecond)), clocks),
    boundMs: boundOf(clocks),
    isBoundDefault: open.settings.pause.isScalarClockBoundDefault ?? false,
    restMs: Math.max(...dynamodbsOf(open.settings).map(({ backupDoubtMs }) => backupDoubtMs)),
    tables: tables.map((table) => ({ name: table.name, how: howSettled(scopedCopy(open, table).schema) })),
  };
}

/** What tables that change in place held before anything that may be dropped, where write sets tell what that has written. */
function earlierCopies(
  open: OpenDeployment,
  run: string,
  tables: readonly PlannedTable[],
  { keptUntilMs }: Settling,
): DynamodbPlan["earlier"] {
  const schemaOf = (table: PlannedTable) => scopedCopy(open, table).schema;
  const changeable = tables.filter((table) => howSettled(schemaOf(table)) === "perhaps");
  if (changeable.length === 0 || !keepsWriteSets(tables.map(schemaOf))) return undefined;
  const atSecond = Math.min(...tables.map((table) => table.atSecond));
  return planEarlier(changeable, run, earlierSecondOf({ atSecond, keptUntilMs }));
}
