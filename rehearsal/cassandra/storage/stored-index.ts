import { existsSync, linkSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { TableIndex } from "../schema.ts";
import { dataFileName, filesOf, writeGeneration } from "./data-files.ts";
import { clusteringName, type Partition, type Update } from "./rows.ts";

/**
 * A node's share of a secondary index: a folder of files inside of the table's, one generation for each of the table's
 * that has a value. What it has no file of it does not find, and does not miss.
 */
export class StoredIndex {
  readonly name: string;
  readonly column: string;
  readonly #folder: string;
  /** Rows of the table that it does not know: names of rows by key. */
  readonly #unknown = new Map<string, Set<string>>();

  constructor(tableFolder: string, { name, column }: TableIndex) {
    this.name = name;
    this.column = column;
    this.#folder = join(tableFolder, this.#path);
  }

  get #path(): string {
    return `.${this.name}`;
  }

  /** Takes up what a generation of the table holds, as far as there is a file of it. */
  load(generation: number, updates: readonly Update[]): void {
    const isKnown = existsSync(join(this.#folder, dataFileName(generation)));
    for (const update of updates) this.#take(update, isKnown);
  }

  apply(update: Update): void {
    this.#take(update, true);
  }

  #take({ key, rows }: Update, isKnown: boolean): void {
    const name = key.toString("latin1");
    for (const row of rows) {
      if (!row.cells.has(this.column)) continue;
      const unknown = this.#unknown.get(name) ?? new Set();
      if (isKnown) unknown.delete(clusteringName(row.clustering));
      else this.#unknown.set(name, unknown.add(clusteringName(row.clustering)));
    }
  }

  write(generation: number, updates: readonly Update[]): void {
    if (!updates.some(({ rows }) => rows.some(({ cells }) => cells.has(this.column)))) return;
    mkdirSync(this.#folder, { recursive: true });
    writeGeneration(this.#folder, generation, updates);
  }

  /** From now on it knows all. */
  built(): void {
    this.#unknown.clear();
  }

  /** What it finds of a partition. */
  seenOf(partition: Partition | undefined): Partition | undefined {
    if (partition === undefined) return undefined;
    const unknown = this.#unknown.get(partition.key.toString("latin1"));
    if (unknown === undefined || unknown.size === 0) return partition;
    return { ...partition, rows: new Map([...partition.rows].filter(([name]) => !unknown.has(name))) };
  }

  /** Links its files into the snapshot of its table, in a folder of its own; answers what the manifest says of them. */
  snapshot(to: string, generations: readonly number[]): readonly string[] {
    return generations.flatMap((generation) => {
      if (!existsSync(join(this.#folder, dataFileName(generation)))) return [];
      mkdirSync(join(to, this.#path), { recursive: true });
      for (const file of filesOf(this.#folder, generation))
        linkSync(join(this.#folder, file), join(to, this.#path, file));
      return [`${this.#path}/${dataFileName(generation)}`];
    });
  }

  truncate(): void {
    rmSync(this.#folder, { recursive: true, force: true });
    this.#unknown.clear();
  }
}
