import { codeOf } from "../errors/stillpoint-error.ts";
import { damaged, writeFailure } from "./failure.ts";
import { counting, type Seal, sealing } from "./passage.ts";
import type { ArtifactStore } from "./store.ts";

/** Where a dump is, and what it must be. */
export interface SealedDump extends Seal {
  readonly key: string;
}

/** Reads a dump as a whole: `DUMP_DAMAGED` where it is not what was stored. Nothing is restored. */
export async function checkDump(
  store: ArtifactStore,
  dump: SealedDump,
  report: (readBytes: number) => void = () => {},
  signal?: AbortSignal,
): Promise<void> {
  const found = await store.head(dump.key);
  if (found !== undefined && found.bytes !== dump.bytes) expectSame(store, dump, found);
  const seal = sealing();
  const read = counting(report);
  for await (const piece of await store.get(dump.key, signal)) {
    seal.see(piece);
    read.see(piece);
  }
  expectSame(store, dump, seal.seal());
  read.report();
}

/** What `checkDump` does, for whoever has just stored it: that it cannot be read fails the dump. */
export async function readBack(
  store: ArtifactStore,
  key: string,
  seal: Seal,
  report?: (readBytes: number) => void,
  signal?: AbortSignal,
): Promise<void> {
  try {
    await checkDump(store, { ...seal, key }, report, signal);
  } catch (error) {
    if (codeOf(error) !== "LOAD_FAILED") throw error;
    const told = error instanceof Error ? error.cause : undefined;
    throw writeFailure(
      `read back "${key}" from ${store.name}`,
      told,
      "it is stored, but unproven: do not use it",
    );
  }
}

export function expectSame(
  { name }: ArtifactStore,
  dump: SealedDump,
  found: { readonly bytes: number; readonly sha256?: string },
): void {
  const { key, bytes, sha256 } = dump;
  if (found.bytes !== bytes)
    throw damaged(
      `dump "${key}" in ${name} has ${found.bytes} bytes instead of ${bytes}; no database was touched`,
    );
  if (found.sha256 !== sha256)
    throw damaged(
      `dump "${key}" in ${name} has the SHA-256 ${found.sha256} instead of ${sha256}; no database was touched`,
    );
}
