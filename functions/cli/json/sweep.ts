import * as z from "zod";
import { isLiving } from "../../../shared/catalog/heartbeat.ts";
import type { Heartbeat } from "../../../shared/catalog/model.ts";

/** A sweep that goes on by itself, by its heartbeat in the catalog. */
export const SweepJson = z.strictObject({
  kind: z.enum(["watch", "guard"]),
  /** The backup that a guard was started for. */
  run: z.string().exactOptional(),
  host: z.string(),
  process: z.number().int(),
  /** `lost`: its heart beats no more, and it did not end in good order. */
  state: z.enum(["alive", "lost", "ended"]),
  sinceMs: z.number().int(),
  beatMs: z.number().int(),
  /** What its last round could not do. */
  trouble: z.string().exactOptional(),
});

export function sweepJson(heartbeat: Heartbeat, nowMs: number): z.infer<typeof SweepJson> {
  const { of, host, process, sinceMs, beatMs, trouble, endedMs } = heartbeat;
  const lost = isLiving(heartbeat, nowMs) ? "alive" : "lost";
  return {
    kind: of.kind,
    ...(of.kind === "guard" && { run: of.run }),
    host,
    process,
    state: endedMs === undefined ? lost : "ended",
    sinceMs,
    beatMs,
    ...(trouble !== undefined && { trouble }),
  };
}
