import { chmodSync, existsSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as delay } from "node:timers/promises";
import { StillpointError } from "../../errors/stillpoint-error.ts";

const LOCK_FILE = ".lock";
const SQLITE_BUSY = 5;
/** An owner needs some milliseconds. One that takes this long was stopped in the middle (Ctrl-Z), or the disk hangs. */
const LONGEST_WAIT_MS = 10_000;
const LONGEST_RETRY_MS = 20;

/**
 * Runs something while no other process (and nothing else in this one) does so in the same folder.
 *
 * The lock is the kernel's, on an empty file that SQLite opens: it vanishes with its owner however that dies, so
 * there is no stale lock to detect and nothing that two processes could both believe to own. Node has no file
 * locks but these. The lock file must never be opened in another way: POSIX gives up all locks of a process on
 * a file when any descriptor of that file is closed.
 */
export async function lockingFolder<T>(
  folder: string,
  inside: () => Promise<T> | T,
  waitMs = LONGEST_WAIT_MS,
): Promise<T> {
  const lock = await take(join(folder, LOCK_FILE), waitMs);
  try {
    return await inside();
  } finally {
    lock.close();
  }
}

async function take(file: string, waitMs: number): Promise<DatabaseSync> {
  const sinceMs = performance.now();
  for (;;) {
    const lock = tryTake(file);
    if (lock !== undefined) return lock;
    if (performance.now() - sinceMs > waitMs) throw heldTooLong(file, waitMs);
    await delay(1 + Math.random() * LONGEST_RETRY_MS);
  }
}

function tryTake(file: string): DatabaseSync | undefined {
  const exists = existsSync(file);
  const database = new DatabaseSync(file, { timeout: 0 });
  try {
    if (!exists) chmodSync(file, 0o600);
    // Nothing is ever written to it: the transaction is only the lock.
    database.exec("PRAGMA journal_mode = OFF; BEGIN EXCLUSIVE");
    return database;
  } catch (error) {
    database.close();
    if ((error as { errcode?: number }).errcode === SQLITE_BUSY) return undefined;
    throw error;
  }
}

function heldTooLong(file: string, waitMs: number): StillpointError {
  return new StillpointError(
    "CATALOG_UNREADABLE",
    `cannot write to the catalog: another process has held "${file}" for ${waitMs / 1000} s; nothing was written. ` +
      "Find it with lslocks (it may have been stopped with Ctrl-Z), continue it or end it, then repeat the command",
  );
}
