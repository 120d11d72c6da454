import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { insertion } from "../keys.ts";
import type { Keyspace, Schema, Table, TableIndex } from "../schema.ts";
import { keyspaceRows, type SchemaUpdate, schemaFrom, schemaTable, tableRows } from "../schema-rows.ts";
import { INDEX_INFO, SYSTEM_SCHEMA } from "../system-tables.ts";
import { textValue } from "../value.ts";
import { CommitLog, type Logged, loggedIn } from "./commit-log.ts";
import type { Partition, Timestamp, Update } from "./rows.ts";
import { StoredTable } from "./stored-table.ts";
import { updateOfPartition } from "./update-line.ts";

/** Cassandra's own schema is older than everything that anybody has written. */
const BEGINNING: Timestamp = 0;
/** As a node's `cassandra.yaml` has them, beside one another. */
const FOLDERS = ["data", "commitlog", "hints", "saved_caches"] as const;

export function dataFolderOf(nodeFolder: string): string {
  return join(nodeFolder, "data");
}

/** What one node keeps: rows in memory, a commit log, and data files once they are flushed. */
export class NodeStorage {
  readonly #folder: string;
  readonly #tables = new Map<string, StoredTable>();
  readonly #log: CommitLog;
  #schema: Schema;

  /** Reads what is in the folder, as a node does when it starts; nothing of it is no failure. */
  constructor(folder: string) {
    this.#folder = folder;
    for (const name of FOLDERS) mkdirSync(join(folder, name), { recursive: true });
    this.#open([...SYSTEM_SCHEMA.values()]);
    const logged = loggedIn(this.#logFolder);
    const rest = this.#replay(logged);
    this.#schema = this.#readSchema();
    this.#open([...this.#schema.values()]);
    this.#replay(rest);
    this.#log = new CommitLog(this.#logFolder);
    if (this.partitions(schemaTable("keyspaces")).size === 0) this.changeSchema(ownSchema());
    this.#buildIndexes();
  }

  get schema(): Schema {
    return this.#schema;
  }

  get #logFolder(): string {
    return join(this.#folder, "commitlog");
  }

  #open(keyspaces: readonly Keyspace[]): void {
    for (const { tables } of keyspaces)
      for (const table of tables.values())
        if (!this.#tables.has(table.id))
          this.#tables.set(
            table.id,
            new StoredTable(dataFolderOf(this.#folder), table, this.#builtIndexes(table)),
          );
  }

  /** By what the node has written of itself, whether the files are there or not. */
  #builtIndexes(table: Table): readonly TableIndex[] {
    if (table.indexes.length === 0) return [];
    const partition = this.partition(INDEX_INFO, textValue(table.keyspace));
    const names = [...(partition?.rows.values() ?? [])].map(({ clustering: [name] }) => String(name));
    return table.indexes.filter(({ name }) => names.includes(name));
  }

  /** What a node does of its own accord: each that is not said to be built. */
  #buildIndexes(): void {
    for (const { tables } of this.#schema.values())
      for (const table of tables.values())
        for (const index of table.indexes)
          if (!this.#stored(table).hasIndex(index)) this.buildIndex(table, index);
  }

  buildIndex(table: Table, index: TableIndex): void {
    this.#stored(table).buildIndex(index);
    const row = { table_name: textValue(table.keyspace), index_name: textValue(index.name) };
    this.write(INDEX_INFO, insertion(INDEX_INFO, row, Date.now() * 1_000));
  }

  /** Answers what is of tables that are not known: of those that were dropped, or whose schema is in the log itself. */
  #replay(logged: readonly Logged[]): readonly Logged[] {
    return logged.filter(({ table, update }) => {
      const stored = this.#tables.get(table);
      stored?.apply(update);
      return stored === undefined;
    });
  }

  #readSchema(): Schema {
    return schemaFrom((table) => this.#stored(table).partitions);
  }

  #stored({ keyspace, name, id }: Table): StoredTable {
    const stored = this.#tables.get(id);
    if (stored === undefined)
      throw new Error(`a node does not know the table ${keyspace}.${name} of id ${id}`);
    return stored;
  }

  partitions(table: Table) {
    return this.#stored(table).partitions;
  }

  partition(table: Table, key: Buffer): Partition | undefined {
    return this.#tables.get(table.id)?.partitions.get(key);
  }

  /** What is found of it by an index. */
  partitionBy(index: TableIndex, table: Table, key: Buffer): Partition | undefined {
    return this.#tables.get(table.id)?.seenBy(index, key);
  }

  /** On disk before it is answered. */
  write(table: Table, update: Update): void {
    this.#log.append({ table: table.id, update });
    this.#stored(table).apply(update);
  }

  changeSchema(updates: readonly SchemaUpdate[]): void {
    for (const { table, update } of updates) this.write(table, update);
    this.#schema = this.#readSchema();
    this.#open([...this.#schema.values()]);
    this.#buildIndexes();
  }

  /** What another node has to merge into its own schema, to agree with this one. */
  schemaUpdates(): readonly SchemaUpdate[] {
    const tables = [...(SYSTEM_SCHEMA.get("system_schema")?.tables.values() ?? [])];
    return tables.flatMap((table) =>
      this.partitions(table)
        .inOrder()
        .map((partition) => ({ table, update: updateOfPartition(partition) })),
    );
  }

  truncate(table: Table): void {
    this.flush();
    this.#stored(table).truncate();
  }

  forget(table: Table): void {
    this.flush();
    this.#tables.delete(table.id);
  }

  flush(): void {
    for (const table of this.#tables.values()) table.flush();
    this.#log.forget();
  }

  /** Everything is flushed at one moment: what is written meanwhile waits, as there is no meanwhile. */
  snapshot(name: string, keyspaces: readonly string[], define: (table: Table) => string | undefined): void {
    this.flush();
    for (const keyspace of keyspaces)
      for (const table of this.#schema.get(keyspace)?.tables.values() ?? [])
        this.#stored(table).snapshot(name, Date.now(), define(table));
  }

  clearSnapshots(keyspaces: readonly string[]): void {
    for (const keyspace of keyspaces)
      for (const table of this.#schema.get(keyspace)?.tables.values() ?? [])
        this.#stored(table).clearSnapshots();
  }

  close(): void {
    this.#log.close();
  }
}

function ownSchema(): readonly SchemaUpdate[] {
  return [...SYSTEM_SCHEMA.values()].flatMap((keyspace) => [
    ...keyspaceRows(keyspace, BEGINNING),
    ...[...keyspace.tables.values()].flatMap((table) => tableRows(table, BEGINNING)),
  ]);
}
