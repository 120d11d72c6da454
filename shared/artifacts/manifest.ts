import { messageOf } from "../errors/stillpoint-error.ts";
import { CapturedJdbc } from "../restore/jdbc/captured.ts";
import { damaged } from "./failure.ts";
import type { ArtifactStore } from "./store.ts";

/** A manifest tells, beside a dump, what is in it and what it must be, should the catalog be lost. */
function manifestKey(key: string): string {
  return `${key.replace(/\.zst$/, "")}.manifest.json`;
}

/** Written when the dump is stored as a whole, before it is read back: what it must be, for whoever does that in the end. */
export async function writeManifest(
  store: ArtifactStore,
  captured: CapturedJdbc & { readonly artifact: Required<NonNullable<CapturedJdbc["artifact"]>> },
): Promise<void> {
  await store.putText(manifestKey(captured.artifact.key), `${JSON.stringify(captured, null, 2)}\n`);
}

/** Undefined where there is none. */
export async function readManifest(store: ArtifactStore, key: string): Promise<CapturedJdbc | undefined> {
  const text = await store.getText(manifestKey(key));
  if (text === undefined) return undefined;
  try {
    return CapturedJdbc.parse(JSON.parse(text));
  } catch (error) {
    throw damaged(`the manifest "${manifestKey(key)}" in ${store.name} cannot be read: ${messageOf(error)}`);
  }
}

export function removeManifest(store: ArtifactStore, key: string): Promise<void> {
  return store.remove(manifestKey(key));
}
