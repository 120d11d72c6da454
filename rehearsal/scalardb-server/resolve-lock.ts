import { randomUUID } from "node:crypto";
import { link, readFile, rm, writeFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { StillpointError } from "../../shared/errors/stillpoint-error.ts";

const ASK_AGAIN_MS = 100;

/**
 * Runs `work` while no other live process runs its own under the same lock file. A holder that died leaves a
 * stale lock, which the next one removes; that two may then run at once is for `work` to bear.
 */
export async function underLock<T>(path: string, limitMs: number, work: () => Promise<T>): Promise<T> {
  await acquire(path, limitMs);
  try {
    return await work();
  } finally {
    await rm(path, { force: true });
  }
}

async function acquire(path: string, limitMs: number): Promise<void> {
  const giveUp = performance.now() + limitMs;
  while (performance.now() < giveUp) {
    if (await take(path)) return;
    const holder = await holderOf(path);
    if (holder !== undefined && !isAlive(holder)) await rm(path, { force: true });
    else await delay(ASK_AGAIN_MS);
  }
  throw new StillpointError(
    "REHEARSAL_FAILED",
    `Another process has held "${path}" for ${limitMs / 1000} s; wait for it, or remove the file`,
  );
}

/** A link appears with its content or not at all, unlike a file that is created and then written. */
async function take(path: string): Promise<boolean> {
  const own = `${path}.${randomUUID()}`;
  await writeFile(own, String(process.pid));
  try {
    await link(own, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  } finally {
    await rm(own, { force: true });
  }
}

async function holderOf(path: string): Promise<number | undefined> {
  return readFile(path, "utf8").then(Number, () => undefined);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
