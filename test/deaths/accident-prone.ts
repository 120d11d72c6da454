import { fileURLToPath } from "node:url";
import type { Starting } from "../cli/stillpoint.ts";

const ACCIDENTS = fileURLToPath(new URL("./accidents.ts", import.meta.url));

/** A process to which accidents happen; and what happens to its guard. */
export function accidentProne(guard: "dies" | "hangs" | "lives" = "lives"): Starting {
  return { env: { NODE_OPTIONS: `--import=${ACCIDENTS}`, STILLPOINT_GUARD: guard } };
}
