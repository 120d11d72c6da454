import { execFile } from "node:child_process";
import { createHash, randomUUID } from "node:crypto";
import { access, copyFile, mkdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { StillpointError } from "../../shared/errors/stillpoint-error.ts";
import { underLock } from "./resolve-lock.ts";

const run = promisify(execFile);

const POMS = fileURLToPath(new URL("./poms/", import.meta.url));
const CACHE = fileURLToPath(new URL("../../.stillpoint/peers/", import.meta.url));

/** Three hundred jars over a slow line; with a warm local repository it is seconds. */
const MAVEN_LIMIT_MS = 300_000;

export const PEERS = ["scalardb-server", "schema-loader", "dynamodb-local", "cassandra", "s3mock"] as const;
/** ScalarDB's own library is for recording what it writes, and no test runs it. */
export type Peer = (typeof PEERS)[number] | "scalardb";

/** Where a peer's files are: `lib` with its jars, and for ScalarDB Server `proto` with its interface. */
export interface PeerFiles {
  readonly dir: string;
  readonly lib: string;
}

/**
 * The jars of a peer, resolved by Maven as its pom pins them, once: they stay in the cache until the pom changes.
 * Safe under several processes: what counts is the rename of a complete folder.
 */
export async function resolveJars(peer: Peer): Promise<PeerFiles> {
  const dir = await cacheDir(peer);
  if (!(await exists(dir))) {
    await mkdir(CACHE, { recursive: true });
    await underLock(join(CACHE, "lock"), MAVEN_LIMIT_MS, async () => {
      if (!(await exists(dir))) await resolveInto(dir, peer);
    });
  }
  return { dir, lib: join(dir, "lib") };
}

/** Those of the peers whose jars the cache does not have yet: for these Maven is needed. */
export async function peersToResolve(peers: readonly Peer[]): Promise<readonly Peer[]> {
  const cached = await Promise.all(peers.map(async (peer) => exists(await cacheDir(peer))));
  return peers.filter((_, index) => !cached[index]);
}

async function resolveInto(dir: string, peer: Peer): Promise<void> {
  const scratch = `${dir}.${randomUUID()}`;
  await mkdir(scratch);
  await copyFile(pomOf(peer), join(scratch, "pom.xml"));
  // Two processes may run Maven at once after all, if a lock was taken for stale: both have the same files.
  await maven(scratch, peer);
  await rename(scratch, dir).catch(async (error) => {
    await rm(scratch, { recursive: true, force: true });
    if (!(await exists(dir))) throw error;
  });
}

async function maven(dir: string, peer: Peer): Promise<void> {
  try {
    await run("mvn", ["-q", "-B", "generate-sources"], { cwd: dir, timeout: MAVEN_LIMIT_MS });
  } catch (error) {
    const said = (error as { stdout?: string }).stdout?.trim().slice(0, 2000) || String(error);
    throw new StillpointError(
      "REHEARSAL_FAILED",
      `Maven could not resolve the jars of "${peer}" into "${dir}": ${said}`,
      {
        cause: error,
      },
    );
  }
}

async function cacheDir(peer: Peer): Promise<string> {
  const hash = createHash("sha256").update(await readFile(pomOf(peer)));
  return join(CACHE, `${peer}-${hash.digest("hex").slice(0, 12)}`);
}

function pomOf(peer: Peer): string {
  return join(POMS, `${peer}.xml`);
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
