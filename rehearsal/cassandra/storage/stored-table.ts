import { existsSync, linkSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Table, TableIndex } from "../schema.ts";
import { dataFileName, filesOf, generationsIn, readGeneration, writeGeneration } from "./data-files.ts";
import { type Partition, Partitions, type Update } from "./rows.ts";
import { StoredIndex } from "./stored-index.ts";
import { updateOfPartition } from "./update-line.ts";

const SNAPSHOTS = "snapshots";

/** A node's share of a table: all of it in memory, what was flushed also in files. */
export class StoredTable {
  readonly folder: string;
  readonly partitions = new Partitions();
  readonly #unflushed = new Partitions();
  readonly #indexes = new Map<string, StoredIndex>();

  /** Of its indexes those are given that are said to be built: what they have no file of is not built again. */
  constructor(
    dataFolder: string,
    { keyspace, name, id }: Pick<Table, "keyspace" | "name" | "id">,
    built: readonly TableIndex[] = [],
  ) {
    this.folder = join(dataFolder, keyspace, `${name}-${id.replaceAll("-", "")}`);
    mkdirSync(this.folder, { recursive: true });
    for (const index of built) this.#indexes.set(index.name, new StoredIndex(this.folder, index));
    for (const generation of generationsIn(this.folder)) {
      const updates = readGeneration(this.folder, generation);
      for (const update of updates) this.partitions.apply(update);
      for (const index of this.#indexes.values()) index.load(generation, updates);
    }
  }

  hasIndex({ name }: TableIndex): boolean {
    return this.#indexes.has(name);
  }

  /** Anew, of everything that the table holds. */
  buildIndex(index: TableIndex): void {
    const stored = this.#indexes.get(index.name) ?? new StoredIndex(this.folder, index);
    this.#indexes.set(index.name, stored);
    for (const generation of generationsIn(this.folder))
      stored.write(generation, readGeneration(this.folder, generation));
    stored.built();
  }

  /** What the node finds of a partition by an index. */
  seenBy({ name }: TableIndex, key: Buffer): Partition | undefined {
    const partition = this.partitions.get(key);
    const index = this.#indexes.get(name);
    return index === undefined ? partition : index.seenOf(partition);
  }

  get isFlushed(): boolean {
    return this.#unflushed.size === 0;
  }

  apply(update: Update): void {
    this.partitions.apply(update);
    this.#unflushed.apply(update);
    for (const index of this.#indexes.values()) index.apply(update);
  }

  flush(): void {
    if (this.isFlushed) return;
    const generation = Math.max(0, ...generationsIn(this.folder)) + 1;
    const updates = this.#unflushed.inOrder().map(updateOfPartition);
    for (const index of this.#indexes.values()) index.write(generation, updates);
    writeGeneration(this.folder, generation, updates);
    this.#unflushed.clear();
  }

  truncate(): void {
    for (const generation of generationsIn(this.folder))
      for (const file of filesOf(this.folder, generation)) rmSync(join(this.folder, file));
    for (const index of this.#indexes.values()) index.truncate();
    this.partitions.clear();
    this.#unflushed.clear();
  }

  /** Links to the files of this moment, as Cassandra makes them; `definition` is the table's own, in CQL. */
  snapshot(name: string, atMs: number, definition: string | undefined): void {
    this.flush();
    const folder = join(this.folder, SNAPSHOTS, name);
    if (existsSync(folder)) throw new Error(`Snapshot ${name} already exists.`);
    mkdirSync(folder, { recursive: true });
    const generations = generationsIn(this.folder);
    for (const generation of generations)
      for (const file of filesOf(this.folder, generation))
        linkSync(join(this.folder, file), join(folder, file));
    const ofIndexes = [...this.#indexes.values()].flatMap((index) => index.snapshot(folder, generations));
    const manifest = {
      files: [...generations.map(dataFileName), ...ofIndexes],
      created_at: new Date(atMs).toISOString(),
      expires_at: null,
    };
    writeFileSync(join(folder, "manifest.json"), JSON.stringify(manifest));
    if (definition !== undefined) writeFileSync(join(folder, "schema.cql"), definition);
  }

  clearSnapshots(): void {
    const folder = join(this.folder, SNAPSHOTS);
    if (existsSync(folder)) rmSync(folder, { recursive: true, force: true });
  }
}
