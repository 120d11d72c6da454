import type { RestorePoint } from "../../catalog/model.ts";
import { missingPermissions } from "../../databases/cosmosdb/permissions.ts";
import { existedThen, findRestorable } from "../../databases/cosmosdb/restorable.ts";
import { nameTaken } from "../../databases/cosmosdb/restore-account.ts";
import { secondOf } from "../../restore/choose-point.ts";
import { CapturedCosmosdb } from "../../restore/cosmosdb/captured.ts";
import {
  type CosmosdbPlan,
  createdSince,
  type LookedAt,
  type PlannedAccount,
  planAccount,
  refusals,
  targetsOf,
} from "../../restore/cosmosdb/plan.ts";
import { clocksOf } from "../clocks.ts";
import type { OpenDeployment } from "../open-deployment.ts";
import { frameOf, type Planning, refusePlan } from "../planning.ts";

/** Plans a restore of accounts; all reasons against come at once. */
export async function planCosmosdb(open: OpenDeployment, planning: Planning): Promise<CosmosdbPlan> {
  const { point, run } = planning;
  const frame = frameOf(open, planning);
  const looked = await Promise.all(point.databases.map((database) => lookAt(open, database, run)));
  refusePlan(frame, looked.flatMap(refusals));
  return {
    kind: "cosmosdb",
    ...frame,
    accounts: looked.flatMap((each) => accountOf(open, each, planning)),
    leftOut: looked.flatMap(createdSince),
  };
}

function accountOf(
  open: OpenDeployment,
  looked: LookedAt,
  { point, run }: Planning,
): readonly PlannedAccount[] {
  const { restorable, way } = looked;
  // Both were refused where they are missing.
  if (restorable === undefined || way === undefined) return [];
  return [
    planAccount({ ...looked, restorable, way }, run, { clocks: clocksOf(open), lastSecond: secondOf(point) }),
  ];
}

async function lookAt(
  open: OpenDeployment,
  { name, atSecond, captured }: RestorePoint["databases"][number],
  run: string,
): Promise<LookedAt> {
  const { connection, settings, captureIfThere } = open.cosmosdb(name);
  const atBackup = CapturedCosmosdb.parse(captured);
  const { account, instanceId } = atBackup;
  const [now, restorable] = await Promise.all([
    captureIfThere(account),
    findRestorable(connection, { account, instanceId, atSecond }),
  ]);
  const { target, later } = targetsOf(account, run);
  const taken = await Promise.all(
    [target, later].map(async (each) => ((await nameTaken(connection, each)) ? [each] : [])),
  );
  // Of an account that was made again since, what it is today is somebody else's.
  const same = now?.instanceId === instanceId ? now : undefined;
  const existed = restorable && same ? await existedThen(connection, restorable, atSecond) : undefined;
  return {
    name,
    atSecond,
    atBackup,
    ...(same && { now: same }),
    ...(restorable && { restorable }),
    ...(existed && { existedThen: existed }),
    taken: taken.flat(),
    ...(settings.verifyFrom && { way: settings.verifyFrom }),
    missingPermissions: await missingPermissions(connection, {
      ...(restorable && { restorable }),
      ...(settings.verifyFrom && { way: settings.verifyFrom }),
    }),
  };
}
