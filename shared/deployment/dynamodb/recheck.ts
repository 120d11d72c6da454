import { concurrently } from "../../databases/concurrently.ts";
import { capture, describeTable } from "../../databases/dynamodb/capture.ts";
import { StillpointError } from "../../errors/stillpoint-error.ts";
import { isBackup } from "../../restore/choose-point.ts";
import type { CapturedTable } from "../../restore/dynamodb/captured.ts";
import { createdSince, type DynamodbPlan, type PlannedTable } from "../../restore/dynamodb/plan.ts";
import { type Made, madeBy } from "../../restore/dynamodb/quiet/tries.ts";
import { settingsDifferences } from "../../restore/dynamodb/settings.ts";
import { boundOf } from "../../restore/dynamodb/settled/settling.ts";
import { earliestLaterSecond } from "../../verify/subject.ts";
import { clocksOf } from "../clocks.ts";
import type { OpenDeployment } from "../open-deployment.ts";
import { refuseRunning, type Silence } from "../stopped-instances.ts";
import { dyingPoints } from "./dying-points.ts";

const AT_A_TIME = 10;

/**
 * Law 5: what the plan was made from must still be so. `untouched` is before the first step, when none of the
 * names that the run will use may exist. In place, the instances must be stopped too.
 */
export async function recheck(
  open: OpenDeployment,
  plan: DynamodbPlan,
  { untouched, silence }: { readonly untouched: boolean; readonly silence: Silence },
): Promise<void> {
  if (plan.mode === "in-place") await refuseRunning(open, plan.instances, silence);
  const differences = [
    ...(await worldDifferences(open, plan)),
    ...(untouched ? await takenNames(open, madeBy(plan)) : []),
    ...(await unplannedDeaths(open, plan)),
    ...widerBound(open, plan),
  ];
  if (differences.length > 0)
    throw new StillpointError(
      "PLAN_OUTDATED",
      `the world is not as it was when run "${plan.run}" was planned: ${differences.join("; ")}; nothing was deleted`,
    );
}

/** What the run itself may have changed before it was killed, and is no difference. */
interface OwnDoing {
  readonly unprotected?: boolean;
}

export async function worldDifferences(
  open: OpenDeployment,
  plan: DynamodbPlan,
  own: OwnDoing = {},
): Promise<readonly string[]> {
  const databases = [...new Set(plan.tables.map(({ database }) => database))];
  const found = await Promise.all(
    databases.map(async (database) => {
      const { connection, settings } = open.dynamodb(database);
      const now = await capture(connection, settings);
      const planned = plan.tables.filter((table) => table.database === database);
      const byName = new Map(now.tables.map((table) => [table.name, table]));
      const atBackup = { ...now, tables: planned.map(({ original }) => original) };
      const created = createdSince({ name: database, atSecond: 0, atBackup, now });
      const unplanned = created.filter((name) => !plan.leftAlone.includes(name));
      return [
        ...planned.flatMap((table) => tableDifferences(table, byName.get(table.name), own)),
        ...unplanned.map((name) => `table "${name}" was created`),
      ];
    }),
  );
  return found.flat();
}

export function tableDifferences(
  { name, id, original }: PlannedTable,
  now: CapturedTable | undefined,
  { unprotected = false }: OwnDoing,
): readonly string[] {
  if (now === undefined) return [`table "${name}" is gone`];
  if (now.id !== id) return [`table "${name}" is another one: its id is "${now.id}" instead of "${id}"`];
  const { settings } = original;
  const expected = unprotected && !now.settings.deletionProtection;
  const changed = settingsDifferences(
    expected ? { ...settings, deletionProtection: false } : settings,
    now.settings,
  );
  const keys = now.keys === original.keys && now.indexes.join() === original.indexes.join();
  return [
    ...(keys ? [] : [`keys or indexes of table "${name}" were changed`]),
    ...unplannedLosses(original, now).map((loss) => `table "${name}": ${loss}`),
    ...changed.map((difference) => `table "${name}": ${difference}`),
  ];
}

/** What would be lost without a word in the plan: whoever began to read the stream since, and new replicas. */
function unplannedLosses(original: CapturedTable, now: CapturedTable): readonly string[] {
  const known = new Set((original.readers ?? []).map(({ uuid }) => uuid));
  const readers = original.readers && now.readers ? now.readers.filter(({ uuid }) => !known.has(uuid)) : [];
  const replicas = now.replicas.filter((region) => !original.replicas.includes(region));
  return [
    ...readers.map(({ uuid, functionArn }) => `event source mapping "${uuid}" of "${functionArn}" was made`),
    ...replicas.map((region) => `a replica in ${region} was made`),
  ];
}

/** Points that were taken since, of which the plan does not say that they will be lost. */
async function unplannedDeaths({ catalog }: OpenDeployment, plan: DynamodbPlan): Promise<readonly string[]> {
  const { records } = await catalog.points.list(plan.deployment);
  const unplanned = dyingPoints(records.filter(isBackup), plan).filter(
    (id) => !plan.dyingPoints.includes(id),
  );
  return unplanned.map((id) => `restore point "${id}", taken since, would be lost`);
}

/** Nobody paused, so that all rests on the bound on the clocks: whoever has widened it since knows more of them. */
function widerBound(
  open: OpenDeployment,
  { tables, proofs, candidates, settling }: DynamodbPlan,
): readonly string[] {
  const clocks = clocksOf(open);
  const lastSecond = Math.max(...tables.map(({ atSecond }) => atSecond));
  const isEarly = proofs.some(({ atSecond }) => atSecond < earliestLaterSecond(lastSecond, clocks));
  const isWider = settling ? boundOf(clocks) > settling.boundMs : candidates !== undefined && isEarly;
  if (!isWider) return [];
  return [
    `pause.scalarClockBound is ${clocks.scalarClockBoundMs} ms by now, which is wider than what was planned with`,
  ];
}

/** Which names that the run will create are there already. */
export async function takenNames(
  open: OpenDeployment,
  { tables, onlyRead }: Made,
): Promise<readonly string[]> {
  const wanted = [...tables, ...onlyRead];
  const found = await concurrently(AT_A_TIME, wanted, async ({ database, temporary }) => {
    const table = await describeTable(open.dynamodb(database).connection, temporary);
    return table === undefined ? [] : [`table "${temporary}" exists already`];
  });
  return found.flat();
}
