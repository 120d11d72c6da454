import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { OperationStatus } from "../../shared/gen/cassy_pb.ts";

/** A cluster as it was when it was registered. */
export interface Cluster {
  readonly clusterId: string;
  readonly clusterName: string;
  readonly targetIps: readonly string[];
  readonly keyspaces: readonly string[];
  readonly dataDir: string;
  readonly createdAt: number;
}

/** One node's part of a backup or of a restore. */
export interface NodeKey {
  readonly snapshotId: string;
  readonly clusterId: string;
  readonly targetIp: string;
  readonly createdAt: number;
}

export interface HistoryRow extends NodeKey {
  readonly type: number;
  readonly status: OperationStatus;
  readonly updatedAt: number;
}

/** What a listing asks for; all are empty where they are not set. */
export interface Wanted {
  readonly clusterId: string;
  readonly targetIp: string;
  readonly snapshotId: string;
  /** 0 is no limit. */
  readonly limit: number;
}

export type History = "backups" | "restores";

interface Content {
  clusters: Cluster[];
  backups: HistoryRow[];
  restores: HistoryRow[];
}

/** Cassy's metadata database: all that outlives it. */
export class Metadata {
  readonly #file: string;
  readonly #content: Content;

  constructor(folder: string) {
    mkdirSync(folder, { recursive: true });
    this.#file = join(folder, "cassy.json");
    this.#content = readContent(this.#file);
  }

  addCluster(cluster: Cluster): void {
    this.#content.clusters.push(cluster);
    this.#write();
  }

  cluster(clusterId: string): Cluster | undefined {
    return this.#content.clusters.find((each) => each.clusterId === clusterId);
  }

  clusters(limit: number): readonly Cluster[] {
    return recent(this.#content.clusters, limit);
  }

  /** Unset where it asks for nothing in particular. Asked for a snapshot of no node, it forgets the cluster. */
  rows(
    history: History,
    { clusterId, targetIp, snapshotId, limit }: Wanted,
  ): readonly HistoryRow[] | undefined {
    const select = (fits: (row: HistoryRow) => boolean) => recent(this.#content[history].filter(fits), limit);
    if (targetIp !== "" && clusterId !== "")
      return select((row) => row.clusterId === clusterId && row.targetIp === targetIp);
    if (snapshotId !== "") return select((row) => row.snapshotId === snapshotId);
    return clusterId === "" ? undefined : select((row) => row.clusterId === clusterId);
  }

  begin(history: History, keys: readonly NodeKey[], type: number): void {
    const status = OperationStatus.INITIALIZED;
    this.#content[history].push(...keys.map((key) => ({ ...key, type, status, updatedAt: Date.now() })));
    this.#write();
  }

  update(history: History, keys: readonly NodeKey[], status: OperationStatus): void {
    const updatedAt = Date.now();
    const rows = this.#content[history];
    this.#content[history] = rows.map((row) =>
      keys.some((key) => isOf(row, key)) ? { ...row, status, updatedAt } : row,
    );
    this.#write();
  }

  /** All of it, as it is backed up to the bucket. */
  dump(): string {
    return JSON.stringify(this.#content, null, 2);
  }

  #write(): void {
    writeFileSync(`${this.#file}.new`, this.dump());
    renameSync(`${this.#file}.new`, this.#file);
  }
}

function readContent(file: string): Content {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Content;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    return { clusters: [], backups: [], restores: [] };
  }
}

function isOf(row: NodeKey, key: NodeKey): boolean {
  const fields = ["snapshotId", "clusterId", "targetIp", "createdAt"] as const;
  return fields.every((field) => row[field] === key[field]);
}

/** The newest first. */
function recent<T extends { readonly createdAt: number }>(rows: readonly T[], limit: number): readonly T[] {
  const sorted = rows.toSorted((one, other) => other.createdAt - one.createdAt);
  return limit <= 0 ? sorted : sorted.slice(0, limit);
}
