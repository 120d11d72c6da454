import { randomUUID } from "node:crypto";
import { renameSync } from "node:fs";
import { mkdir, open, unlink } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";

const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;
const TEMPORARY_SUFFIX = ".tmp";

/** A file written completely and durably beside the one that it is to replace. */
export interface Replacement {
  /** Atomic, and synchronous: nothing else of this process comes between a check and this. */
  readonly putInPlace: () => void;
  readonly discard: () => Promise<void>;
}

export async function prepareReplacement(file: string, text: string): Promise<Replacement> {
  const temporary = join(dirname(file), `.${basename(file)}.${randomUUID().slice(0, 8)}${TEMPORARY_SUFFIX}`);
  const discard = () => unlink(temporary).catch(() => undefined);
  try {
    const handle = await open(temporary, "wx", FILE_MODE);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    await discard();
    throw error;
  }
  return { putInPlace: () => renameSync(temporary, file), discard };
}

/** What a process that was killed left behind. A file in use is moments old. */
export function isTemporary(name: string): boolean {
  return name.startsWith(".") && name.endsWith(TEMPORARY_SUFFIX);
}

/** Creates a folder so that it survives a power failure: a new name is durable once its parent is synced. */
export async function makeFolder(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true, mode: FOLDER_MODE });
  if (first === undefined) return;
  const top = dirname(resolve(first));
  for (let at = resolve(folder); at !== top; at = dirname(at)) await syncFolder(dirname(at));
}

export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * Writes `bytes` at `position`, ends the file there and syncs it. Where that fails, what was written is taken
 * away again as far as possible.
 */
export async function writeEnd(file: string, position: number, bytes: Uint8Array): Promise<void> {
  const handle = await open(file, "r+").catch(ifMissing(() => open(file, "wx+", FILE_MODE)));
  try {
    await handle.truncate(position);
    for (let done = 0; done < bytes.length; ) {
      done += (await handle.write(bytes, done, bytes.length - done, position + done)).bytesWritten;
    }
    await handle.sync();
  } catch (error) {
    await handle.truncate(position).catch(() => undefined);
    throw error;
  } finally {
    await handle.close();
  }
}

export function ifMissing<T>(instead: () => T): (error: unknown) => T {
  return (error) => {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return instead();
    throw error;
  };
}
