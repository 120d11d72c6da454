import { existsSync, linkSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Table } from "../schema.ts";
import { dataFileName, filesOf, generationsIn, readGeneration, writeGeneration } from "./data-files.ts";
import { Partitions, type Update } from "./rows.ts";
import { updateOfPartition } from "./update-line.ts";

const SNAPSHOTS = "snapshots";

/** A node's share of a table: all of it in memory, what was flushed also in files. */
export class StoredTable {
  readonly folder: string;
  readonly partitions = new Partitions();
  readonly #unflushed = new Partitions();

  constructor(dataFolder: string, { keyspace, name, id }: Pick<Table, "keyspace" | "name" | "id">) {
    this.folder = join(dataFolder, keyspace, `${name}-${id.replaceAll("-", "")}`);
    mkdirSync(this.folder, { recursive: true });
    for (const generation of generationsIn(this.folder))
      for (const update of readGeneration(this.folder, generation)) this.partitions.apply(update);
  }

  get isFlushed(): boolean {
    return this.#unflushed.size === 0;
  }

  apply(update: Update): void {
    this.partitions.apply(update);
    this.#unflushed.apply(update);
  }

  flush(): void {
    if (this.isFlushed) return;
    const generation = Math.max(0, ...generationsIn(this.folder)) + 1;
    writeGeneration(this.folder, generation, this.#unflushed.inOrder().map(updateOfPartition));
    this.#unflushed.clear();
  }

  truncate(): void {
    for (const generation of generationsIn(this.folder))
      for (const file of filesOf(this.folder, generation)) rmSync(join(this.folder, file));
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
    const manifest = {
      files: generations.map(dataFileName),
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
