import { StillpointError } from "../errors/stillpoint-error.ts";
import type { Clock } from "./effects.ts";

/** How far wall time went ahead of counted time between two looks: somebody set the clock, or the host stood still. */
export function jumpMs(from: Clock, to: Clock): number {
  return to.wallMs - from.wallMs - (to.oursMs - from.oursMs);
}

/** What has passed by one of the two has passed: a clock may have been set back, or have stood still with its host. */
export function laterOf({ oursMs, wallMs }: Clock): number {
  return Math.max(oursMs, wallMs);
}

/**
 * The deadline of a pause is told in wall time, to sweeps on other hosts: a clock that was set just now would tell
 * them another hour, and a host that stood still may have lost its lease.
 */
export function refuseJump(from: Clock, to: Clock, allowanceMs: number): void {
  const jump = jumpMs(from, to);
  if (Math.abs(jump) <= allowanceMs) return;
  throw new StillpointError(
    "CLOCK_UNMEASURED",
    `this host's clock jumped by ${jump.toFixed(0)} ms while the backup was prepared, or the host was suspended; nothing was paused`,
  );
}
