import { StillpointError } from "../errors/stillpoint-error.ts";
import type { Part } from "../verify/part.ts";
import type { Workroom } from "../verify/workroom.ts";
import type { SettlingEffects } from "./effects.ts";

/** Reads one segment of a copy, and keeps as a part what decides which transactions stand. */
export async function scanToSettle(
  _room: Workroom,
  _input: SettlingEffects["scan-to-settle"]["input"],
): Promise<Part> {
  throw new StillpointError("INTERNAL", "not built yet");
}
