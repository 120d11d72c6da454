import { typeOf } from "./cql-type.ts";
import { insertion, keyParts } from "./keys.ts";
import { type Column, type Keyspace, type Schema, type Table, tableFrom } from "./schema.ts";
import { type Partitions, type SeenRow, seen, type Timestamp, type Update } from "./storage/rows.ts";
import { SYSTEM_SCHEMA } from "./system-tables.ts";
import {
  booleanValue,
  doubleValue,
  intValue,
  mapOf,
  mapValue,
  setValue,
  textValue,
  uuidText,
  uuidValue,
} from "./value.ts";

/** A write to one of the tables of `system_schema`. */
export interface SchemaUpdate {
  readonly table: Table;
  readonly update: Update;
}

export function schemaTable(name: string): Table {
  const table = SYSTEM_SCHEMA.get("system_schema")?.tables.get(name);
  if (table === undefined) throw new Error(`no table system_schema.${name}`);
  return table;
}

export function keyspaceRows({ name, replication }: Keyspace, at: Timestamp): readonly SchemaUpdate[] {
  const values = {
    keyspace_name: textValue(name),
    durable_writes: booleanValue(true),
    replication: mapValue(replication),
  };
  return [inserted("keyspaces", values, at)];
}

export function tableRows(table: Table, at: Timestamp): readonly SchemaUpdate[] {
  const of = { keyspace_name: textValue(table.keyspace), table_name: textValue(table.name) };
  return [
    inserted("tables", { ...of, ...tableOptions(table) }, at),
    ...table.columns.map((column) => inserted("columns", { ...of, ...columnRow(column) }, at)),
    ...table.indexes.map(({ name, column }) => {
      const options = mapValue({ target: column });
      return inserted(
        "indexes",
        { ...of, index_name: textValue(name), kind: textValue("COMPOSITES"), options },
        at,
      );
    }),
  ];
}

function inserted(name: string, values: Parameters<typeof insertion>[1], at: Timestamp): SchemaUpdate {
  const table = schemaTable(name);
  return { table, update: insertion(table, values, at) };
}

function tableOptions({ id }: Table) {
  return {
    id: uuidValue(id),
    flags: setValue(["compound"]),
    bloom_filter_fp_chance: doubleValue(0.01),
    caching: mapValue({ keys: "ALL", rows_per_partition: "NONE" }),
    comment: textValue(""),
    compaction: mapValue({ class: "org.apache.cassandra.db.compaction.SizeTieredCompactionStrategy" }),
    compression: mapValue({ enabled: "false" }),
    crc_check_chance: doubleValue(1),
    dclocal_read_repair_chance: doubleValue(0),
    default_time_to_live: intValue(0),
    gc_grace_seconds: intValue(864_000),
    max_index_interval: intValue(2048),
    memtable_flush_period_in_ms: intValue(0),
    min_index_interval: intValue(128),
    read_repair_chance: doubleValue(0),
    speculative_retry: textValue("99p"),
  };
}

function columnRow({ name, type, kind, position, descending }: Column) {
  return {
    column_name: textValue(name),
    column_name_bytes: textValue(name),
    kind: textValue(kind),
    position: intValue(position),
    type: textValue(type.text),
    clustering_order: textValue(kind !== "clustering" ? "none" : descending ? "desc" : "asc"),
  };
}

export function droppedTable(
  { keyspace, name, columns, indexes }: Table,
  at: Timestamp,
): readonly SchemaUpdate[] {
  const dropped = (table: string, ...clustering: readonly string[]): SchemaUpdate => ({
    table: schemaTable(table),
    update: {
      key: textValue(keyspace),
      rows: [{ clustering: clustering.map(textValue), deleted: at, cells: new Map() }],
    },
  });
  return [
    dropped("tables", name),
    ...columns.map((column) => dropped("columns", name, column.name)),
    ...indexes.map((index) => dropped("indexes", name, index.name)),
  ];
}

export function droppedKeyspace(keyspace: string, at: Timestamp): readonly SchemaUpdate[] {
  return ["keyspaces", "tables", "columns", "indexes"].map((name) => ({
    table: schemaTable(name),
    update: { key: textValue(keyspace), deleted: at, rows: [] },
  }));
}

type Rows = (name: string) => readonly Readonly<Record<string, Buffer>>[];

/** What a node's tables of `system_schema` say, with what is Cassandra's own. */
export function schemaFrom(partitionsOf: (table: Table) => Partitions): Schema {
  const rows: Rows = (name) => rowsOf(schemaTable(name), partitionsOf(schemaTable(name)));
  const [tables, columns, indexes] = [rows("tables"), rows("columns"), rows("indexes")];
  const keyspaces = rows("keyspaces").map((row): readonly [string, Keyspace] => {
    const name = textIn(row, "keyspace_name");
    const system = SYSTEM_SCHEMA.get(name);
    if (system !== undefined) return [name, system];
    const own = tables
      .filter((each) => textIn(each, "keyspace_name") === name)
      .map((each) => tableFromRows(each, columns, indexes));
    return [
      name,
      {
        name,
        replication: mapOf(row["replication"]),
        tables: new Map(own.map((table) => [table.name, table])),
      },
    ];
  });
  return new Map([...SYSTEM_SCHEMA, ...keyspaces]);
}

function tableFromRows(
  row: Readonly<Record<string, Buffer>>,
  columns: ReturnType<Rows>,
  indexes: ReturnType<Rows>,
): Table {
  const [keyspace, name] = [textIn(row, "keyspace_name"), textIn(row, "table_name")];
  const isOwn = (each: Readonly<Record<string, Buffer>>) =>
    textIn(each, "keyspace_name") === keyspace && textIn(each, "table_name") === name;
  const named = {
    keyspace,
    name,
    id: uuidText(row["id"] ?? Buffer.alloc(0)),
    indexes: indexes.filter(isOwn).map((each) => ({
      name: textIn(each, "index_name"),
      column: mapOf(each["options"])["target"] ?? "",
    })),
  };
  return tableFrom(named, columns.filter(isOwn).map(columnFromRow));
}

function columnFromRow(row: Readonly<Record<string, Buffer>>): Column {
  return {
    name: textIn(row, "column_name"),
    type: typeOf(textIn(row, "type")),
    kind: textIn(row, "kind") as Column["kind"],
    position: row["position"]?.readInt32BE() ?? -1,
    descending: textIn(row, "clustering_order") === "desc",
  };
}

function rowsOf(table: Table, partitions: Partitions): ReturnType<Rows> {
  return partitions.inOrder().flatMap((partition) =>
    [...partition.rows.values()].flatMap((row) => {
      const visible = seen(partition, row);
      return visible === undefined ? [] : [named(table, keyParts(table, partition.key), visible)];
    }),
  );
}

function named(table: Table, parts: readonly Buffer[], row: SeenRow): Readonly<Record<string, Buffer>> {
  const key = [...table.partitionKey.map(({ name }, at) => [name, parts[at]] as const)];
  const clustering = table.clusteringKey.map(({ name }, at) => [name, row.clustering[at]] as const);
  const others = [...row.cells].map(([name, { value }]) => [name, value] as const);
  return Object.fromEntries([...key, ...clustering, ...others]) as Record<string, Buffer>;
}

function textIn(row: Readonly<Record<string, Buffer>>, name: string): string {
  return row[name]?.toString("utf8") ?? "";
}
