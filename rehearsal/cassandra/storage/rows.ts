import { tokenOf } from "../murmur3.ts";
import type { Value } from "../value.ts";

/** Microseconds since the epoch: the greatest wins. */
export type Timestamp = number;

export interface Cell {
  readonly at: Timestamp;
  readonly value: Value;
}

export interface Row {
  readonly clustering: readonly Buffer[];
  readonly cells: Map<string, Cell>;
  /** When it was inserted: it is there without any other column then. */
  inserted: Timestamp;
  deleted: Timestamp;
}

export interface Partition {
  readonly key: Buffer;
  readonly token: bigint;
  deleted: Timestamp;
  readonly rows: Map<string, Row>;
}

/** What one write changes of one partition. */
export interface Update {
  readonly key: Buffer;
  readonly deleted?: Timestamp;
  readonly rows: readonly RowUpdate[];
}

export interface RowUpdate {
  readonly clustering: readonly Buffer[];
  readonly inserted?: Timestamp;
  readonly deleted?: Timestamp;
  readonly cells: ReadonlyMap<string, Cell>;
}

const NEVER: Timestamp = Number.NEGATIVE_INFINITY;

export function clusteringName(clustering: readonly Buffer[]): string {
  return clustering.map((part) => `${part.length}:${part.toString("latin1")}`).join();
}

/** Partitions of a table, or of what was written to it since it was last flushed. */
export class Partitions {
  readonly #byKey = new Map<string, Partition>();
  #sorted: readonly Partition[] | undefined;

  get size(): number {
    return this.#byKey.size;
  }

  get(key: Buffer): Partition | undefined {
    return this.#byKey.get(key.toString("latin1"));
  }

  clear(): void {
    this.#byKey.clear();
    this.#sorted = undefined;
  }

  /** By token, and of the same token by key. */
  inOrder(): readonly Partition[] {
    this.#sorted ??= [...this.#byKey.values()].sort(byToken);
    return this.#sorted;
  }

  apply({ key, deleted = NEVER, rows }: Update): void {
    const partition = this.get(key) ?? this.#add(key);
    partition.deleted = Math.max(partition.deleted, deleted);
    for (const row of rows) mergeRow(partition, row);
  }

  #add(key: Buffer): Partition {
    const partition: Partition = { key, token: tokenOf(key), deleted: NEVER, rows: new Map() };
    this.#byKey.set(key.toString("latin1"), partition);
    this.#sorted = undefined;
    return partition;
  }
}

export function byToken(one: Partition, other: Partition): number {
  if (one.token !== other.token) return one.token < other.token ? -1 : 1;
  return Buffer.compare(one.key, other.key);
}

function mergeRow({ rows }: Partition, from: RowUpdate): void {
  const name = clusteringName(from.clustering);
  const row = rows.get(name) ?? emptyRow(from.clustering);
  rows.set(name, row);
  row.inserted = Math.max(row.inserted, from.inserted ?? NEVER);
  row.deleted = Math.max(row.deleted, from.deleted ?? NEVER);
  for (const [column, cell] of from.cells) {
    const known = row.cells.get(column);
    if (known === undefined || isNewer(cell, known)) row.cells.set(column, cell);
  }
}

function emptyRow(clustering: readonly Buffer[]): Row {
  return { clustering, cells: new Map(), inserted: NEVER, deleted: NEVER };
}

/** Of the same time a deletion wins, else the greater value: so that all replicas choose the same. */
function isNewer(cell: Cell, known: Cell): boolean {
  if (cell.at !== known.at) return cell.at > known.at;
  if (cell.value === null || known.value === null) return cell.value === null;
  return Buffer.compare(cell.value, known.value) > 0;
}

/** One row as it is seen: what was deleted is not in it. */
export interface SeenRow {
  readonly clustering: readonly Buffer[];
  readonly cells: ReadonlyMap<string, Cell & { readonly value: Buffer }>;
  /** The latest that anything of it was written. */
  readonly newest: Timestamp;
}

/** What several replicas together have of a partition; one row of it, or all. */
export function mergedPartition(
  replicas: readonly (Partition | undefined)[],
  only?: string,
): Partition | undefined {
  const found = replicas.filter((each) => each !== undefined);
  const [first] = found;
  if (first === undefined || (found.length === 1 && only === undefined)) return first;
  const { key, token } = first;
  const merged: Partition = {
    key,
    token,
    deleted: Math.max(...found.map(({ deleted }) => deleted)),
    rows: new Map(),
  };
  for (const { rows } of found) {
    if (only === undefined) for (const row of rows.values()) mergeRow(merged, row);
    else {
      const row = rows.get(only);
      if (row !== undefined) mergeRow(merged, row);
    }
  }
  return merged;
}

export function seen({ deleted }: Partition, row: Row): SeenRow | undefined {
  const gone = Math.max(deleted, row.deleted);
  const cells = new Map<string, Cell & { readonly value: Buffer }>();
  let newest = Math.max(gone, row.inserted);
  for (const [name, { at, value }] of row.cells) {
    newest = Math.max(newest, at);
    if (at > gone && value !== null) cells.set(name, { at, value });
  }
  if (cells.size === 0 && row.inserted <= gone) return undefined;
  return { clustering: row.clustering, cells, newest };
}

/** The latest that anything of a partition or of a row in it was written. */
export function newestOf(partition: Partition | undefined): Timestamp {
  let newest = partition?.deleted ?? NEVER;
  for (const { inserted, deleted, cells } of partition?.rows.values() ?? []) {
    newest = Math.max(newest, inserted, deleted);
    for (const { at } of cells.values()) newest = Math.max(newest, at);
  }
  return newest;
}
