import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** For properties files and logs; whoever makes one removes it. */
export async function temporaryFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), "stillpoint-peers-"));
}
