import type { CassySettings } from "../../config/config.ts";
import type { Cassy } from "./cassy.ts";
import type { Uploads } from "./uploads.ts";

/** What takes the snapshots of a cluster, and where it uploads them to. */
export interface CassyTools {
  readonly settings: CassySettings;
  readonly cassy: Cassy;
  readonly uploads: Uploads;
}
