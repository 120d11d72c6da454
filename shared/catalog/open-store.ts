import type { CatalogSettings } from "../config/config.ts";
import { fileStore } from "./file-store.ts";
import type { Store } from "./store.ts";

/** The store that the configuration names. */
export function openStore(settings: CatalogSettings): Store {
  switch (settings.kind) {
    case "file":
      return fileStore(settings.path);
    default:
      return settings.kind satisfies never;
  }
}
