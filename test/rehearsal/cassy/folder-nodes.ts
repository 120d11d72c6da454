import { cp, mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { CassandraNodes } from "../../../rehearsal/cassy/nodes.ts";

export const ADDRESSES = ["10.0.0.1", "10.0.0.2", "10.0.0.3"] as const;
/** Of every keyspace here one table. */
const KEYSPACES = ["bank", "system"] as const;
const TABLE_ID = "5a1c395f01e14b0d8a5f8d1f6a7f0a11";

export const tableOf = (keyspace: string) => `${keyspace}/account-${TABLE_ID}`;

export interface FolderNodes extends CassandraNodes {
  /** Addresses that answer nothing. */
  readonly down: Set<string>;
  /** Addresses whose end the others have not noticed yet. */
  readonly unnoticed: Set<string>;
  readonly keyspaceNames: string[];
  /** Snapshots as they were taken: `address id`. */
  readonly taken: string[];
  write(address: string, keyspace: string, file: string, content: string): Promise<void>;
  /** As `write`, with incremental backups on. */
  flush(address: string, keyspace: string, file: string, content: string): Promise<void>;
  /** All files of a table, without its snapshots. */
  files(address: string, keyspace: string): Promise<readonly string[]>;
  /** What a person does before a restore. */
  empty(address: string): Promise<void>;
}

/** Nodes that are folders: a flush is nothing, and a snapshot is a copy of each table's files. */
export async function folderNodes(folder: string): Promise<FolderNodes> {
  const keyspaceNames: string[] = [...KEYSPACES];
  const down = new Set<string>();
  const unnoticed = new Set<string>();
  const taken: string[] = [];
  const reach = (address: string) => {
    if (down.has(address) || !known(address)) throw new Error(`no JMX at ${address}`);
  };
  const dataDir = (address: string) => {
    if (!known(address)) throw new Error(`no such host as ${address}`);
    return join(folder, address);
  };
  const tableFolder = (address: string, keyspace: string) => join(dataDir(address), tableOf(keyspace));
  const nodes: FolderNodes = {
    down,
    unnoticed,
    taken,
    keyspaceNames,
    dataDir,
    async clusterName(host) {
      reach(host);
      return "ledger";
    },
    async liveNodes(host) {
      reach(host);
      return ADDRESSES.filter((address) => !down.has(address) || unnoticed.has(address));
    },
    async unsettledNodes(host) {
      reach(host);
      return ADDRESSES.filter((address) => down.has(address) && !unnoticed.has(address));
    },
    async keyspaces(host) {
      reach(host);
      return [...keyspaceNames];
    },
    isUp: async (address) => !down.has(address),
    async takeSnapshot(address, id, keyspaces) {
      reach(address);
      for (const keyspace of keyspaces)
        if (!keyspaceNames.includes(keyspace)) throw new Error(`Keyspace ${keyspace} does not exist`);
      for (const keyspace of keyspaces) await snapshotOf(tableFolder(address, keyspace), id);
      taken.push(`${address} ${id}`);
    },
    async write(address, keyspace, file, content) {
      await mkdir(tableFolder(address, keyspace), { recursive: true });
      await writeFile(join(tableFolder(address, keyspace), file), content);
    },
    async flush(address, keyspace, file, content) {
      await nodes.write(address, keyspace, file, content);
      await mkdir(join(tableFolder(address, keyspace), "backups"), { recursive: true });
      await writeFile(join(tableFolder(address, keyspace), "backups", file), content);
    },
    files: async (address, keyspace) => plainFiles(tableFolder(address, keyspace)),
    async empty(address) {
      await rm(dataDir(address), { recursive: true, force: true });
    },
  };
  for (const address of ADDRESSES)
    for (const keyspace of KEYSPACES)
      await nodes.write(address, keyspace, "nb-1-big-Data.db", `rows ${address}`);
  return nodes;
}

function known(address: string): boolean {
  return ADDRESSES.some((each) => each === address);
}

async function snapshotOf(table: string, id: string): Promise<void> {
  await rm(join(table, "snapshots"), { recursive: true, force: true });
  const to = join(table, "snapshots", id);
  const files = await plainFiles(table);
  await mkdir(to, { recursive: true });
  for (const file of files) await cp(join(table, file), join(to, file));
  await mkdir(join(to, ".by_region"), { recursive: true });
  await writeFile(join(to, ".by_region", "nb-1-big-Data.db"), "an index");
  const data = files.filter((file) => file.endsWith("-Data.db"));
  const manifest = { files: [...data, ".by_region/nb-1-big-Data.db"] };
  await writeFile(join(to, "manifest.json"), JSON.stringify(manifest));
}

async function plainFiles(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map(({ name }) => name)
    .toSorted();
}
