import { type CapturedContainer, type CapturedCosmosdb, containerName } from "./captured.ts";
import type { CosmosdbPlan, PlannedAccount } from "./plan.ts";
import { accountChanges, addedScripts } from "./settings.ts";

/**
 * What of the original is not as the restore was planned with. It is not held against it what the plan knows: what was
 * deleted before, and what was made since the backup.
 */
export function changesSince(
  { original, deletedSince }: Pick<PlannedAccount, "original" | "deletedSince">,
  { leftOut }: Pick<CosmosdbPlan, "leftOut">,
  now: CapturedCosmosdb,
): readonly string[] {
  const planned = standing(original, deletedSince);
  const changed = Object.entries(accountChanges(planned, now)).flatMap(([name, found]) =>
    found.map((what) => `${name || original.account}: ${what}`),
  );
  return [...changed, ...made(original.containers, leftOut, now), ...addedTo(planned, now)];
}

/** A database is compared for as long as it has something that the restore brings back. */
function standing(original: CapturedCosmosdb, deletedSince: readonly string[]): CapturedCosmosdb {
  const gone = new Set(deletedSince);
  const containers = original.containers.filter((container) => !gone.has(containerName(container)));
  const named = new Set(containers.map(({ database }) => database));
  return { ...original, containers, databases: original.databases.filter(({ name }) => named.has(name)) };
}

function made(
  planned: readonly CapturedContainer[],
  leftOut: readonly string[],
  { containers }: CapturedCosmosdb,
): readonly string[] {
  const known = new Set([...planned.map(containerName), ...leftOut]);
  const names = containers.map(containerName).filter((name) => !known.has(name));
  return names.map((name) => `container "${name}" was made`);
}

function addedTo(planned: CapturedCosmosdb, now: CapturedCosmosdb): readonly string[] {
  const today = new Map(now.containers.map((container) => [containerName(container), container]));
  return planned.containers.flatMap((was) => {
    const name = containerName(was);
    const is = today.get(name);
    if (is === undefined) return [];
    if (is.rid !== was.rid) return [`container "${name}" was made again`];
    return addedScripts(was, is).map((what) => `${name}: ${what}`);
  });
}
