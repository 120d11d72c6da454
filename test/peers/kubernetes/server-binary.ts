import { execFile } from "node:child_process";
import { createHash, randomUUID } from "node:crypto";
import { access, mkdir, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { underLock } from "../../../rehearsal/scalardb-server/resolve-lock.ts";

const run = promisify(execFile);

const SOURCE = fileURLToPath(new URL("./server/", import.meta.url));
const CACHE = fileURLToPath(new URL("../../../.stillpoint/peers/", import.meta.url));
const GO_AT_LEAST = [1, 26] as const;
const VERSION_LIMIT_MS = 30_000;
/** All of Kubernetes on two busy cores; with a warm build cache it is seconds. */
const BUILD_LIMIT_MS = 1_200_000;

/** One line that says what this machine lacks to build the API server, or nothing where it lacks nothing. */
export async function missingGo(): Promise<string | undefined> {
  if (await exists(await binaryPath())) return undefined;
  const said = await run("go", ["version"], {
    timeout: VERSION_LIMIT_MS,
    env: { ...process.env, GOTOOLCHAIN: "local" },
  }).then(
    ({ stdout }) => stdout,
    () => "",
  );
  const [, major = 0, minor = 0] = (/go(\d+)\.(\d+)/.exec(said) ?? []).map(Number);
  const [needsMajor, needsMinor] = GO_AT_LEAST;
  if (major > needsMajor || (major === needsMajor && minor >= needsMinor)) return undefined;
  const found = said === "" ? '"go" was not found' : `"go" is version ${major}.${minor}`;
  return `a kube-apiserver is built with Go ${GO_AT_LEAST.join(".")} (${found})`;
}

/**
 * The binary that is etcd and kube-apiserver, built from pinned modules once: it stays in the cache until they
 * change. A second process waits for the first one's build.
 */
export async function serverBinary(): Promise<string> {
  const path = await binaryPath();
  if (!(await exists(path))) {
    await mkdir(CACHE, { recursive: true });
    await underLock(join(CACHE, "kubernetes.lock"), BUILD_LIMIT_MS, async () => {
      if (!(await exists(path))) await build(path);
    });
  }
  return path;
}

async function build(path: string): Promise<void> {
  const scratch = `${path}.${randomUUID()}`;
  const args = ["build", "-buildvcs=false", "-trimpath", "-ldflags=-s -w", "-o", scratch, "."];
  const env = { ...process.env, GOTOOLCHAIN: "local", CGO_ENABLED: "0" };
  await run("go", args, { cwd: SOURCE, env, timeout: BUILD_LIMIT_MS });
  await rename(scratch, path);
}

async function binaryPath(): Promise<string> {
  const hash = createHash("sha256");
  for (const file of ["go.mod", "go.sum", "main.go"]) hash.update(await readFile(join(SOURCE, file)));
  return join(CACHE, `kubernetes-${hash.digest("hex").slice(0, 12)}`);
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
