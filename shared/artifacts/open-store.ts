import type { ArtifactsSettings } from "../config/config.ts";
import type { Environment } from "../config/tls-material.ts";
import { folderStore } from "./folder-store.ts";
import type { ArtifactStore } from "./store.ts";

export async function openArtifacts(settings: ArtifactsSettings, env: Environment): Promise<ArtifactStore> {
  switch (settings.kind) {
    case "folder":
      return folderStore(settings.path);
    case "s3":
      // Not above: the SDKs take longer to load than a folder takes to open.
      return (await import("./s3-store.ts")).s3Store(settings);
    case "blob":
      return (await import("./blob-store.ts")).blobStore(settings, env);
    default:
      return settings satisfies never;
  }
}
