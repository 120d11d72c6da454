import { fileStore } from "../../shared/catalog/file-store.ts";
import type { Store } from "../../shared/catalog/store.ts";

export function openStore(location: string): Store {
  return fileStore(location);
}
