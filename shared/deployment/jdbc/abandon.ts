import { StillpointError } from "../../errors/stillpoint-error.ts";
import type { JdbcPlan, PlannedDump } from "../../restore/jdbc/plan.ts";
import type { OpenDeployment } from "../open-deployment.ts";
import { storedSize } from "./plan.ts";
import { swapStateOf } from "./recheck.ts";

/** Databases of which a name has changed hands. */
export async function begunSwaps(
  open: OpenDeployment,
  { dumps, run, mode }: JdbcPlan,
): Promise<readonly string[]> {
  for (const dump of dumps) refuseInUse(open, dump, run);
  if (mode === "side-by-side") return [];
  const states = await Promise.all(dumps.map((dump) => swapStateOf(open, dump, run)));
  return dumps.filter((_, place) => states[place] !== "untouched").map(({ database }) => database);
}

/** What was to be looked at may have been made the one that everybody works on. */
function refuseInUse(open: OpenDeployment, { database, targets }: PlannedDump, run: string): void {
  const { settings } = open.jdbc(database);
  const used = [settings.database, settings.coordinatorNamespace, settings.metadataNamespace];
  const [inUse] = Object.values(targets).filter((target) => used.includes(target));
  if (inUse !== undefined)
    throw new StillpointError(
      "ABANDON_REFUSED",
      `run "${run}" cannot be abandoned: the configuration names "${inUse}", which it has made, as what "${database}" works on; nothing was removed`,
    );
}

/** Targets whose dump is gone, and whose original too: what a run has loaded may then be all that is left. */
export async function onlyCopies(open: OpenDeployment, { dumps }: JdbcPlan): Promise<readonly string[]> {
  const found = await Promise.all(
    dumps.map(async ({ database, original, targets }) => {
      const jdbc = open.jdbc(database);
      const stored = await storedSize(await jdbc.store(), original);
      if (stored === original.artifact.bytes) return [];
      const present = await (await jdbc.server()).present(original);
      const there = new Set(present.flatMap(({ name, tables }) => (tables > 0 ? [name] : [])));
      return Object.entries(targets).flatMap(([name, target]) => (there.has(name) ? [] : [target]));
    }),
  );
  return found.flat();
}

/** A runner that was in the middle of a step may have swapped since that was asked. */
export async function removeTargets(
  open: OpenDeployment,
  dump: PlannedDump,
  { run, mode }: { readonly run: string; readonly mode: JdbcPlan["mode"] },
): Promise<void> {
  const { database, targets } = dump;
  if (mode === "in-place" && (await swapStateOf(open, dump, run)) !== "untouched")
    throw new StillpointError(
      "ABANDON_REFUSED",
      `what run "${run}" has restored of "${database}" has the original names by now, or some of them; nothing of it was removed`,
    );
  await (await open.jdbc(database).server()).removeTargets(targets, run);
}
