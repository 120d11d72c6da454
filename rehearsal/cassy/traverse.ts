import type { Dirent } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";

/**
 * Files of a snapshot under a folder of data, relative to it. Those of secondary indexes, which are one folder further
 * down, are not among them. Rejects where the keyspace has no folder.
 */
export async function snapshotFiles(
  dataDir: string,
  keyspace: string,
  snapshotId: string,
): Promise<readonly string[]> {
  const found = await inTables(dataDir, keyspace, async (table) => {
    const snapshots = await foldersOf(join(dataDir, table, "snapshots"));
    const those = snapshots.filter((name) => name.includes(snapshotId));
    return Promise.all(those.map((name) => filesOf(dataDir, join(table, "snapshots", name))));
  });
  return found.flat();
}

/** Increments: hard links to what was flushed since they were removed the last time. */
export function incrementFiles(dataDir: string, keyspace: string): Promise<readonly string[]> {
  return inTables(dataDir, keyspace, async (table) => [await filesOf(dataDir, join(table, "backups"))]);
}

async function inTables(
  dataDir: string,
  keyspace: string,
  look: (table: string) => Promise<readonly (readonly string[])[]>,
): Promise<readonly string[]> {
  const entries = await readdir(join(dataDir, keyspace), { withFileTypes: true });
  const tables = entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(keyspace, name));
  const found = await Promise.all(tables.map(look));
  return found.flat(2);
}

async function filesOf(dataDir: string, folder: string): Promise<readonly string[]> {
  const entries = await entriesOf(join(dataDir, folder));
  return entries.filter((entry) => entry.isFile()).map(({ name }) => join(folder, name));
}

async function foldersOf(path: string): Promise<readonly string[]> {
  const entries = await entriesOf(path);
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}

async function entriesOf(path: string): Promise<readonly Dirent[]> {
  return readdir(path, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
}
