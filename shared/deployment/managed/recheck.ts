import { StillpointError } from "../../errors/stillpoint-error.ts";
import type { CapturedManaged } from "../../restore/managed/captured.ts";
import type { ManagedPlan, PlannedServer } from "../../restore/managed/plan.ts";
import { changesSince, RUN_TAG } from "../../restore/managed/settings.ts";
import type { OpenDeployment } from "../open-deployment.ts";
import { refuseRunning, type Silence } from "../stopped-instances.ts";

interface Look {
  /** Before the first step, when none of the names that the run will use may exist. */
  readonly untouched: boolean;
  readonly silence: Silence | undefined;
}

/** Law 5: what the plan was made from must still be so, and in place every instance must be stopped. */
export async function recheck(
  open: OpenDeployment,
  plan: ManagedPlan,
  { untouched, silence }: Look,
): Promise<void> {
  if (plan.mode === "in-place") await refuseRunning(open, plan.instances, silence);
  const found = await Promise.all(plan.servers.map((server) => differencesOf(open, server, untouched)));
  const differences = found.flat();
  if (differences.length === 0) return;
  throw new StillpointError(
    "PLAN_OUTDATED",
    `the world is not as it was when run "${plan.run}" was planned: ${differences.join("; ")}; no original was touched`,
  );
}

async function differencesOf(
  open: OpenDeployment,
  planned: PlannedServer,
  untouched: boolean,
): Promise<readonly string[]> {
  const { server } = open.managed(planned.database);
  const { original } = planned;
  const now = await server.find(original);
  if (now?.server !== original.server)
    return [`server "${original.server}" (${original.resourceId}) is gone, or is called otherwise`];
  const taken = untouched ? await takenName(open, planned) : [];
  return [...changesSince(original, now), ...taken];
}

/** By somebody else, or by an earlier run of the very plan that nobody remembers. */
async function takenName(
  open: OpenDeployment,
  { database, target }: PlannedServer,
): Promise<readonly string[]> {
  const found = await open.managed(database).server.findNamed(target);
  return found === undefined ? [] : [`a server has the name "${target}"`];
}

/**
 * Whatever the journal remembers: instances must be stopped, every original there under its own name or the one that
 * this run gave it, and everything that the run made there.
 */
export async function lookAgain(
  open: OpenDeployment,
  plan: ManagedPlan,
  silence: Silence | undefined,
): Promise<void> {
  await refuseRunning(open, plan.instances, silence);
  const found = await Promise.all(plan.servers.map((server) => amiss(open, server, plan.run)));
  const differences = found.flat();
  if (differences.length === 0) return;
  throw new StillpointError(
    "RESTORE_BLOCKED",
    `names are not swapped: ${differences.join("; ")}. No server was deleted`,
  );
}

async function amiss(open: OpenDeployment, planned: PlannedServer, run: string): Promise<readonly string[]> {
  const { original, target, kept } = planned;
  const { server } = open.managed(planned.database);
  const [now, restored] = await Promise.all([server.find(original), restoredServer(open, planned, run)]);
  return [
    ...(now !== undefined && [original.server, kept].includes(now.server)
      ? []
      : [
          `server "${original.server}" (${original.resourceId}) is not there under that name, nor as "${kept}"`,
        ]),
    ...(restored === undefined ? [`the restored server "${target}" is not there`] : []),
  ];
}

/** What this run has made, under its own name or already under the original's. */
export async function restoredServer(
  open: OpenDeployment,
  { database, original, target }: PlannedServer,
  run: string,
): Promise<CapturedManaged | undefined> {
  const { server } = open.managed(database);
  for (const name of [target, original.server]) {
    const found = await server.findNamed(name);
    if (found?.tags[RUN_TAG] === run) return found;
  }
  return undefined;
}

/** Originals that are not there any more as planned: what a run has made of them may be the only copy. */
export async function missingOriginals(open: OpenDeployment, plan: ManagedPlan): Promise<readonly string[]> {
  const found = await Promise.all(
    plan.servers.map(async ({ database, original, target }) => {
      refuseInUse(open, { database, target }, plan.run);
      const isStanding = await open.managed(database).server.isStanding(original);
      return isStanding ? [] : [original.server];
    }),
  );
  return found.flat();
}

/** What was to be looked at may have been made the one that everybody works on. */
function refuseInUse(
  open: OpenDeployment,
  { database, target }: Pick<PlannedServer, "database" | "target">,
  run: string,
): void {
  if (open.managed(database).settings.service.server !== target) return;
  throw new StillpointError(
    "ABANDON_REFUSED",
    `run "${run}" cannot be abandoned: the configuration names "${target}", which it has made, as what "${database}" works on; nothing was deleted`,
  );
}
