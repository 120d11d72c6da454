import { readBack } from "../../artifacts/check-dump.ts";
import { readManifest } from "../../artifacts/manifest.ts";
import type { ArtifactStore } from "../../artifacts/store.ts";
import type { Followed } from "../../backup/followed.ts";
import { codeOf, messageOf } from "../../errors/stillpoint-error.ts";
import { CapturedJdbc } from "../../restore/jdbc/captured.ts";

/**
 * A dump whose own process is gone. What that has stored as a whole has a manifest, which says what it must be: it is
 * read back here. Anything less died with the process.
 */
export async function followDump(store: ArtifactStore, point: unknown): Promise<Followed> {
  const { artifact } = CapturedJdbc.parse(point);
  if (artifact === undefined) return failed("the point names no dump");
  const manifest = await readManifest(store, artifact.key);
  const stored = manifest?.artifact;
  if (manifest === undefined || stored?.sha256 === undefined || stored.bytes === undefined)
    return failed(
      `the process that dumped has ended without storing all of "${artifact.key}" in ${store.name}`,
    );
  try {
    await readBack(store, artifact.key, { sha256: stored.sha256, bytes: stored.bytes });
    return { kind: "complete", captured: manifest };
  } catch (error) {
    if (codeOf(error) !== "DUMP_DAMAGED") throw error;
    return failed(messageOf(error));
  }
}

function failed(because: string): Followed {
  return { kind: "failed", because };
}
