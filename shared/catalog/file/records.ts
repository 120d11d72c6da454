import { readFileSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { StillpointError, toFailure } from "../../errors/stillpoint-error.ts";
import type { Listing, Stored, Version } from "../store.ts";
import { ifMissing, prepareReplacement, syncFolder } from "./durable-file.ts";
import { reporting } from "./failure.ts";
import { fileNameOf } from "./file-name.ts";
import { lockingFolder } from "./folder-lock.ts";
import { damaged, parseRecord, recordText, type StoredRecord, versionOf } from "./record-text.ts";

const SUFFIX = ".json";
const FILES_READ_AT_ONCE = 32;

export function recordFile(folder: string, id: string): string {
  return join(folder, fileNameOf(id) + SUFFIX);
}

export async function readRecord(file: string, id: string): Promise<StoredRecord | undefined> {
  const record = await readAny(file);
  // A file system for which "A" and "a" are one name, or a file that was renamed by hand.
  if (record !== undefined && record.id !== id)
    throw damaged(file, `it holds record "${record.id}", not "${id}"`);
  return record;
}

async function readAny(file: string): Promise<StoredRecord | undefined> {
  const text = await readFile(file, "utf8").catch(ifMissing(() => undefined));
  return text === undefined ? undefined : parseRecord(file, text);
}

export async function listRecords(folder: string): Promise<Listing> {
  const all = await readdir(folder).catch(ifMissing((): string[] => []));
  const names = all.filter((name) => name.endsWith(SUFFIX) && !name.startsWith("."));
  const records: Stored[] = [];
  const unreadable: unknown[] = [];
  for (let at = 0; at < names.length; at += FILES_READ_AT_ONCE) {
    const batch = names.slice(at, at + FILES_READ_AT_ONCE).map((name) => readListed(folder, name));
    for (const outcome of await Promise.allSettled(batch)) {
      if (outcome.status === "rejected") unreadable.push(outcome.reason);
      else if (outcome.value !== undefined) records.push(outcome.value);
    }
  }
  records.sort((a, b) => (a.id < b.id ? -1 : 1));
  return { records, damaged: unreadable.map(toFailure) };
}

function readListed(folder: string, name: string): Promise<StoredRecord | undefined> {
  const file = join(folder, name);
  return reporting("read", file, async () => {
    const record = await readAny(file);
    if (record === undefined || recordFile(folder, record.id) === file) return record;
    throw damaged(file, `it holds record "${record.id}", so it is a copy made by hand`);
  });
}

/** All that can be slow is done before the lock is taken; under it there is one more look and one rename. */
export async function replaceRecord(
  folder: string,
  id: string,
  value: unknown,
  expected: Version | "absent",
): Promise<Version> {
  const file = recordFile(folder, id);
  const before = await readRecord(file, id);
  if ((before?.version ?? "absent") !== expected) throw conflict(file, id);
  const revision = (before?.revision ?? 0) + 1;
  const text = recordText(id, revision, value);
  const replacement = await prepareReplacement(file, text);
  try {
    await lockingFolder(folder, () => {
      if (currentVersion(file) !== expected) throw conflict(file, id);
      replacement.putInPlace();
    });
  } catch (error) {
    await replacement.discard();
    throw error;
  }
  await syncFolder(folder);
  return versionOf(revision, text);
}

function currentVersion(file: string): Version | "absent" {
  try {
    return parseRecord(file, readFileSync(file, "utf8")).version;
  } catch (error) {
    return ifMissing((): "absent" => "absent")(error);
  }
}

function conflict(file: string, id: string): StillpointError {
  return new StillpointError(
    "CATALOG_CONFLICT",
    `cannot write record "${id}" ("${file}"): another process changed it first; nothing was written`,
  );
}
