import { readBack } from "../../artifacts/check-dump.ts";
import { readManifest } from "../../artifacts/manifest.ts";
import type { ArtifactStore } from "../../artifacts/store.ts";
import type { Followed } from "../../backup/followed.ts";
import { codeOf, messageOf } from "../../errors/stillpoint-error.ts";
import { CapturedJdbc } from "../../restore/jdbc/captured.ts";

/** What a host reads and checks in a second, at most. */
const BYTES_PER_SECOND = 200_000_000;
/** To write down what came of it. */
const RESERVE_MS = 10_000;

/**
 * A dump whose own process is gone. What that has stored as a whole has a manifest, which says what it must be: it is
 * read back here, where the host lives long enough. Anything less died with the process.
 */
export async function followDump(
  store: ArtifactStore,
  point: unknown,
  leftMs?: () => number,
): Promise<Followed> {
  const { artifact } = CapturedJdbc.parse(point);
  if (artifact === undefined) return failed("the point names no dump");
  const manifest = await readManifest(store, artifact.key);
  const stored = manifest?.artifact;
  if (manifest === undefined || stored?.sha256 === undefined || stored.bytes === undefined)
    return failed(
      `the process that dumped has ended without storing all of "${artifact.key}" in ${store.name}`,
    );
  const { sha256, bytes } = stored;
  const readMs = leftMs && leftMs() - RESERVE_MS;
  if (readMs !== undefined && (bytes / BYTES_PER_SECOND) * 1000 > readMs)
    return tooLarge(store, artifact.key, bytes);
  const tooLate = readMs === undefined ? undefined : AbortSignal.timeout(readMs);
  try {
    await readBack(store, artifact.key, { sha256, bytes }, undefined, tooLate);
    return { kind: "complete", captured: manifest };
  } catch (error) {
    if (tooLate?.aborted) return tooLarge(store, artifact.key, bytes);
    if (codeOf(error) !== "DUMP_DAMAGED") throw error;
    return failed(messageOf(error));
  }
}

function tooLarge(store: ArtifactStore, key: string, bytes: number): Followed {
  const because = `"${key}" in ${store.name} is stored, and to read its ${(bytes / 1e9).toFixed(1)} GB back takes longer than a function lives: run "stillpoint follow" on a host that reaches the store`;
  return { kind: "pending", because };
}

function failed(because: string): Followed {
  return { kind: "failed", because };
}
