import type { Catalog } from "../catalog/catalog.ts";
import { isLiving } from "../catalog/heartbeat.ts";
import type { Heartbeat } from "../catalog/model.ts";
import { StillpointError } from "../errors/stillpoint-error.ts";

/** For whom a sweep is wanted. */
export interface Wanted {
  readonly deployment: string;
  /** A sweep on this host does not count. */
  readonly host?: string;
}

/**
 * Law 1 on a host that can vanish with all its processes: nothing is paused unless a sweep is alive that would open
 * it again. A guard dies with its backup's host, so it does not count; nor does one whose configuration lacks the
 * deployment, since it could not reach the instances.
 */
export async function requireLivingSweep(
  catalog: Catalog,
  nowMs: number,
  { deployment, host }: Wanted,
): Promise<void> {
  const { records } = await catalog.sweeps.list();
  const others = records.filter((one) => one.of.kind !== "guard" && one.host !== host);
  const its = others.filter(({ deployments }) => deployments?.includes(deployment) ?? true);
  if (its.some((one) => isLiving(one, nowMs))) return;
  const beside = records.find((one) => one.host === host && isLiving(one, nowMs) && one.of.kind !== "guard");
  const seen =
    its.length === 0 && others.length > 0
      ? `those that were seen have another configuration, without "${deployment}"`
      : lastSeen(its);
  const dying = beside ? `; the one on "${beside.host}" would die with it` : "";
  throw new StillpointError(
    "SWEEP_SILENT",
    `no sweep ${host === undefined ? "" : "on another host "}is alive that would open the instances if this host died: ${seen}${dying}; nothing was paused`,
  );
}

function lastSeen(sweeps: readonly Heartbeat[]): string {
  const [last] = [...sweeps].sort((a, b) => b.beatMs - a.beatMs);
  if (last === undefined) return "none was ever seen";
  const trouble = last.trouble === undefined ? "" : `; its last round: ${last.trouble}`;
  return `"${last.host}" was last seen at ${new Date(last.beatMs).toISOString()}${trouble}`;
}
