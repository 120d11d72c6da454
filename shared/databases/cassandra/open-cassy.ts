import type { CassySettings } from "../../config/config.ts";
import { StillpointError } from "../../errors/stillpoint-error.ts";
import type { Cassy } from "./cassy.ts";

export function openCassy(_settings: Pick<CassySettings, "host" | "port">): Cassy {
  throw new StillpointError("INTERNAL", "Cassy is not asked yet");
}
