import type { CassyBucketSettings } from "../../config/config.ts";
import { StillpointError } from "../../errors/stillpoint-error.ts";
import type { Uploads } from "./uploads.ts";

export function openUploads(_settings: CassyBucketSettings): Uploads {
  throw new StillpointError("INTERNAL", "no bucket is read yet");
}
