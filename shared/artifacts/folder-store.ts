import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { link, lstat, open, readdir, readFile, rename, rm, stat, statfs } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import {
  ifMissing,
  isTemporary,
  makeFolder,
  prepareReplacement,
  syncFolder,
} from "../catalog/file/durable-file.ts";
import { messageOf } from "../errors/stillpoint-error.ts";
import { sizeText } from "../restore/size-text.ts";
import { plainKey } from "./artifact-key.ts";
import { alreadyThere, damaged, readFailure, writeFailure } from "./failure.ts";
import { rejectedBy } from "./rejected-by.ts";
import type { ArtifactStore, StoredObject } from "./store.ts";
import { type OpenedBody, wholeBody } from "./whole-body.ts";

const OWNER_ONLY = 0o600;
const WRITABLE_BY_ALL = 0o002;
const STICKY = 0o1000;
const PIECE_BYTES = 2 ** 20;
/** A dump that is being written grows; one that has not for a day lost its process. */
const ABANDONED_AFTER_MS = 86_400_000;
const NO_ROOM = /^(ENOSPC|EDQUOT|EFBIG)$/;
/** What file systems say that have no second names for a file. */
const NO_LINKS = /^(EPERM|ENOTSUP|EOPNOTSUPP|ENOSYS|EMLINK)$/;

/** Dumps as files, which nobody but their owner may read. */
export function folderStore(folder: string): ArtifactStore {
  const name = `folder "${folder}"`;
  const fileOf = (key: string) => join(folder, plainKey(key));
  const reading = <T>(key: string, work: () => Promise<T>) =>
    work().catch((error: unknown) => {
      throw readFailure(`read "${key}" in ${name}`, error);
    });
  return {
    name,
    problems: () => problemsOf(folder),
    async put(key, body, { expectedBytes, signal }) {
      body.on("error", () => undefined);
      const file = fileOf(key);
      try {
        return await written(file, body, signal);
      } catch (error) {
        body.destroy();
        if (codeIn(error) === "EEXIST") throw alreadyThere(`"${key}" in ${name}`);
        const room = NO_ROOM.test(codeIn(error)) ? await roomIn(folder, expectedBytes) : "";
        throw writeFailure(`store "${key}" in ${name}`, error, `${room}the unfinished file was removed`);
      }
    },
    async putText(key, text) {
      const file = fileOf(key);
      try {
        await makeFolder(dirname(file));
        (await prepareReplacement(file, text)).putInPlace();
        await syncFolder(dirname(file));
      } catch (error) {
        throw writeFailure(`write "${key}" in ${name}`, error, "what was there before was left as it was");
      }
    },
    getText: (key) => reading(key, () => readFile(fileOf(key), "utf8").catch(ifMissing(() => undefined))),
    head: (key) =>
      reading(key, async () => {
        const found = await stat(fileOf(key)).catch(ifMissing(() => undefined));
        return found === undefined ? undefined : { bytes: found.size };
      }),
    get: (key, signal) =>
      reading(key, () =>
        wholeBody(`"${key}" in ${name}`, (from) => opened(fileOf(key), from, key, name), signal),
      ),
    async remove(key) {
      const file = fileOf(key);
      try {
        await rm(file, { force: true });
        await syncFolder(dirname(file)).catch(ifMissing(() => undefined));
      } catch (error) {
        throw writeFailure(`remove "${key}" from ${name}`, error, "it may still be there");
      }
    },
    close: () => {},
  };
}

async function written(file: string, body: Readable, signal: AbortSignal | undefined): Promise<StoredObject> {
  const folder = dirname(file);
  await makeFolder(folder);
  await removeAbandoned(folder);
  // Known again now rather than after hours.
  if ((await lstat(file).catch(ifMissing(() => undefined))) !== undefined) throw taken();
  const unfinished = join(folder, `.${basename(file)}.${randomUUID().slice(0, 8)}.tmp`);
  try {
    await writeAll(unfinished, body, signal);
    const { size } = await stat(unfinished);
    signal?.throwIfAborted();
    await putInPlace(unfinished, file);
    await syncFolder(folder).catch(async (error: unknown) => {
      await rm(file, { force: true });
      throw error;
    });
    return { bytes: size };
  } finally {
    await rm(unfinished, { force: true });
  }
}

async function writeAll(file: string, body: Readable, signal = new AbortController().signal): Promise<void> {
  const target = createWriteStream(file, {
    flags: "wx",
    mode: OWNER_ONLY,
    highWaterMark: PIECE_BYTES,
    // Durable before anybody finds it.
    flush: true,
  });
  try {
    await Promise.race([pipeline(body, target), rejectedBy(signal)]);
  } finally {
    target.destroy();
    if (!target.closed) await once(target, "close");
  }
}

/** A link, unlike a renaming, never takes the place of what is there. */
async function putInPlace(unfinished: string, file: string): Promise<void> {
  try {
    await link(unfinished, file);
  } catch (error) {
    if (!NO_LINKS.test(codeIn(error))) throw error;
    if ((await lstat(file).catch(ifMissing(() => undefined))) !== undefined) throw taken();
    await rename(unfinished, file);
  }
}

function taken(): Error {
  return Object.assign(new Error("it is there already"), { code: "EEXIST" });
}

async function opened(file: string, from: number, key: string, store: string): Promise<OpenedBody> {
  const handle = await open(file, "r").catch(
    ifMissing(() => {
      throw damaged(`there is no dump "${key}" in ${store} any more`);
    }),
  );
  const { size, ino, mtimeMs } = await handle.stat();
  const body = handle.createReadStream({ start: from, highWaterMark: PIECE_BYTES });
  return { body, bytes: size, tag: `${ino}-${mtimeMs}` };
}

async function roomIn(folder: string, expectedBytes: number): Promise<string> {
  const { bavail, bsize } = await statfs(folder);
  return `about ${sizeText(expectedBytes)} are needed before compression, and ${sizeText(bavail * bsize)} are free; `;
}

async function problemsOf(folder: string): Promise<readonly string[]> {
  try {
    await makeFolder(folder);
    const probe = await prepareReplacement(join(folder, "probe"), "");
    await probe.discard();
    const { mode } = await stat(folder);
    if ((mode & WRITABLE_BY_ALL) === 0 || (mode & STICKY) !== 0) return [];
    return [`folder "${folder}" may be written to by everybody, who could remove dumps: chmod o-w it`];
  } catch (error) {
    return [`folder "${folder}" cannot be written to: ${messageOf(error)}`];
  }
}

/** What killed processes left behind. */
async function removeAbandoned(folder: string): Promise<void> {
  for (const name of (await readdir(folder)).filter(isTemporary)) {
    const file = join(folder, name);
    const found = await stat(file).catch(ifMissing(() => undefined));
    if (found === undefined || Date.now() - found.mtimeMs < ABANDONED_AFTER_MS) continue;
    await rm(file, { force: true });
  }
}

function codeIn(error: unknown): string {
  return String((error as NodeJS.ErrnoException | null)?.code);
}
