import type { PartsSettings } from "../config/config.ts";
import type { Environment } from "../config/tls-material.ts";
import type { Parts } from "../verify/parts.ts";
import { folderParts } from "./folder-parts.ts";

export async function openParts(settings: PartsSettings, env: Environment = {}): Promise<Parts> {
  switch (settings.kind) {
    case "folder":
      return folderParts(settings.path);
    case "s3":
      // Not above: the SDK takes longer to load than a small verification takes to run.
      return (await import("./s3-parts.ts")).s3Parts(settings);
    case "blob":
      return (await import("./blob-parts.ts")).blobParts(settings, env);
    default:
      return settings satisfies never;
  }
}
