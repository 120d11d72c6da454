import type { RestorePoint } from "../../catalog/model.ts";
import { capturedManaged } from "../../databases/managed/follow.ts";
import type { CapturedManaged } from "../../restore/managed/captured.ts";
import {
  type LookedAt,
  type ManagedPlan,
  type PlannedServer,
  planServer,
  refusals,
} from "../../restore/managed/plan.ts";
import type { Mode } from "../../restore/mode.ts";
import type { OpenDeployment } from "../open-deployment.ts";
import { frameOf, type Planning, refusePlan } from "../planning.ts";

/** Plans a restore of managed servers; all reasons against come at once. */
export async function planManaged(open: OpenDeployment, planning: Planning): Promise<ManagedPlan> {
  const { point, run, mode } = planning;
  const frame = frameOf(open, planning);
  const looked = await Promise.all(point.databases.map((database) => lookAt(open, database, planning)));
  refusePlan(
    frame,
    looked.flatMap((each) => refusals(each, mode)),
  );
  return {
    kind: "managed",
    ...frame,
    servers: looked.flatMap((each) => serverOf(each, run, mode)),
  };
}

/** One that is gone was refused. */
function serverOf(looked: LookedAt, run: string, mode: Mode): readonly PlannedServer[] {
  const { now } = looked;
  return now === undefined ? [] : [planServer({ ...looked, now }, run, mode)];
}

async function lookAt(
  open: OpenDeployment,
  { name, atSecond, captured }: RestorePoint["databases"][number],
  { run, mode }: Planning,
): Promise<LookedAt> {
  const { server } = open.managed(name);
  const atBackup = capturedManaged(captured);
  const [found, reach] = await Promise.all([server.find(atBackup), server.reach(atBackup)]);
  const now = found && asOfToday(atBackup, found);
  const looked = { name, atSecond, atBackup, canRename: server.canRename, ...(reach && { reach }) };
  if (now === undefined) return { ...looked, obstacles: [], losses: [] };
  const wanted = planServer({ ...looked, now, obstacles: [], losses: [] }, run, mode);
  return { ...looked, now, obstacles: await server.obstacles(wanted), losses: await server.losses(now) };
}

/** Set as it is today; the tables are those of the second. */
function asOfToday({ tables }: CapturedManaged, now: CapturedManaged): CapturedManaged {
  const { tables: _, ...set } = now;
  return { ...set, ...(tables && { tables }) };
}
