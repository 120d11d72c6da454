import * as z from "zod";
import { isLiving } from "../../../shared/catalog/heartbeat.ts";
import type { Heartbeat } from "../../../shared/catalog/model.ts";

/** A sweep that goes on by itself, by its heartbeat in the catalog. */
export const SweepJson = z.strictObject({
  kind: z.enum(["watch", "schedule", "guard"]),
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
  const { of, host, process, sinceMs, beatMs, trouble } = heartbeat;
  return {
    kind: of.kind,
    ...(of.kind === "guard" && { run: of.run }),
    host,
    process,
    state: stateOf(heartbeat, nowMs),
    sinceMs,
    beatMs,
    ...(trouble !== undefined && { trouble }),
  };
}

function stateOf(heartbeat: Heartbeat, nowMs: number): z.infer<typeof SweepJson>["state"] {
  if (heartbeat.endedMs !== undefined) return "ended";
  return isLiving(heartbeat, nowMs) ? "alive" : "lost";
}
