import { timeUuid } from "./clock.ts";
import type { SchemaStatement } from "./cql/statement.ts";
import { typeOf } from "./cql-type.ts";
import type { SchemaChange } from "./members.ts";
import { invalid, Refusal } from "./refusal.ts";
import type { Answer, Session } from "./request.ts";
import {
  type Column,
  columnOf,
  type Keyspace,
  type Schema,
  type Table,
  tableFrom,
  tableOf,
} from "./schema.ts";
import { droppedKeyspace, droppedTable, keyspaceRows, type SchemaUpdate, tableRows } from "./schema-rows.ts";
import { columnsOf, SYSTEM_SCHEMA } from "./system-tables.ts";

interface Change {
  readonly updates: readonly SchemaUpdate[];
  readonly change: SchemaChange;
  /** Tables that are no more. */
  readonly gone?: readonly Table[];
}

/** Changes the schema of every live node; one that is down learns of it when it starts. */
export function define(session: Session, statement: SchemaStatement): Answer {
  const { members, coordinator } = session;
  const { schema } = coordinator.storage;
  const at = members.clock();
  const made = changeOf(schema, session.keyspace, statement, at);
  if (made === undefined) return { kind: "void" };
  for (const { storage } of members.live()) {
    storage.changeSchema(made.updates);
    for (const table of made.gone ?? []) storage.forget(table);
  }
  members.schemaChanged(made.change);
  return { kind: "schema", change: made.change };
}

/** Undefined where a statement with IF finds nothing to do. */
function changeOf(
  schema: Schema,
  current: string | undefined,
  statement: SchemaStatement,
  at: number,
): Change | undefined {
  switch (statement.kind) {
    case "create-keyspace":
      return createKeyspace(schema, statement, at);
    case "create-table":
      return createTable(schema, current, statement, at);
    case "create-index":
      return createIndex(schema, current, statement, at);
    case "add-columns":
      return addColumns(schema, current, statement, at);
    case "drop-keyspace":
      return dropKeyspace(schema, statement, at);
    case "drop-table":
      return dropTable(schema, current, statement, at);
    default:
      return statement satisfies never;
  }
}

type Of<K extends SchemaStatement["kind"]> = Extract<SchemaStatement, { kind: K }>;

function createKeyspace(schema: Schema, { name, unlessThere, options }: Of<"create-keyspace">, at: number) {
  if (schema.has(name)) {
    if (unlessThere) return undefined;
    throw alreadyExists(`Cannot add existing keyspace "${name}"`, name);
  }
  const { replication } = options;
  if (replication === undefined || typeof replication === "string" || replication["class"] === undefined)
    throw new Refusal("configuration", `Missing replication strategy class for keyspace ${name}`);
  const strategy = replication["class"];
  const qualified = strategy.includes(".") ? strategy : `org.apache.cassandra.locator.${strategy}`;
  const keyspace: Keyspace = {
    name,
    replication: { ...replication, class: qualified },
    tables: new Map(),
  };
  return { updates: keyspaceRows(keyspace, at), change: { change: "CREATED", keyspace: name } } as const;
}

function createTable(schema: Schema, current: string | undefined, statement: Of<"create-table">, at: number) {
  const { table, unlessThere, partitionKey, columns } = statement;
  const keyspace = ownKeyspace(schema, table.keyspace ?? current);
  if (keyspace.tables.has(table.name)) {
    if (unlessThere) return undefined;
    const message = `Cannot add already existing table "${table.name}" to keyspace "${keyspace.name}"`;
    throw alreadyExists(message, keyspace.name, table.name);
  }
  if (partitionKey.length === 0)
    throw invalid(`No PRIMARY KEY specifed for table '${table.name}' (exactly one required)`);
  const known = new Set(columns.map(({ name }) => name));
  for (const name of [...partitionKey, ...statement.clusteringKey])
    if (!known.has(name))
      throw invalid(`Unknown column '${name}' referenced in PRIMARY KEY for table '${table.name}'`);
  const named = { keyspace: keyspace.name, name: table.name, id: timeUuid(at), indexes: [] };
  return changed("CREATED", tableFrom(named, columnsOf(statement)), at);
}

function createIndex(schema: Schema, current: string | undefined, statement: Of<"create-index">, at: number) {
  const { column, unlessThere } = statement;
  const keyspace = ownKeyspace(schema, statement.table.keyspace ?? current);
  const table = tableOf(schema, keyspace.name, statement.table.name);
  columnOf(table, column);
  const name = statement.index ?? `${table.name}_${column}_idx`;
  if (table.indexes.some((each) => each.name === name || each.column === column)) {
    if (unlessThere) return undefined;
    throw invalid(`Index '${name}' already exists`);
  }
  return changed("UPDATED", { ...table, indexes: [...table.indexes, { name, column }] }, at);
}

function addColumns(schema: Schema, current: string | undefined, statement: Of<"add-columns">, at: number) {
  const keyspace = ownKeyspace(schema, statement.table.keyspace ?? current);
  const table = tableOf(schema, keyspace.name, statement.table.name);
  const added = statement.columns.map(({ name, type }): Column => {
    if (table.columns.some((column) => column.name === name))
      throw invalid(`Column with name '${name}' already exists`);
    return { name, type: typeOf(type), kind: "regular", position: -1, descending: false };
  });
  return changed("UPDATED", tableFrom(table, [...table.columns, ...added]), at);
}

function dropKeyspace(schema: Schema, { name, ifThere }: Of<"drop-keyspace">, at: number) {
  if (!schema.has(name)) {
    if (ifThere) return undefined;
    throw invalid(`Keyspace '${name}' doesn't exist`);
  }
  const gone = [...ownKeyspace(schema, name).tables.values()];
  return { updates: droppedKeyspace(name, at), change: { change: "DROPPED", keyspace: name }, gone } as const;
}

function dropTable(schema: Schema, current: string | undefined, statement: Of<"drop-table">, at: number) {
  const keyspace = ownKeyspace(schema, statement.table.keyspace ?? current);
  const table = keyspace.tables.get(statement.table.name);
  if (table === undefined) {
    if (statement.ifThere) return undefined;
    throw invalid(`Table '${keyspace.name}.${statement.table.name}' doesn't exist`);
  }
  const change = { change: "DROPPED", keyspace: keyspace.name, table: table.name } as const;
  return { updates: droppedTable(table, at), change, gone: [table] };
}

function changed(change: "CREATED" | "UPDATED", table: Table, at: number): Change {
  return { updates: tableRows(table, at), change: { change, keyspace: table.keyspace, table: table.name } };
}

/** One that people may change. */
function ownKeyspace(schema: Schema, name: string | undefined): Keyspace {
  if (name === undefined)
    throw invalid("No keyspace has been specified. USE a keyspace, or explicitly specify keyspace.tablename");
  if (SYSTEM_SCHEMA.has(name)) throw new Refusal("unauthorized", `${name} keyspace is not user-modifiable.`);
  const keyspace = schema.get(name);
  if (keyspace === undefined) throw invalid(`Keyspace '${name}' doesn't exist`);
  return keyspace;
}

function alreadyExists(message: string, keyspace: string, table = ""): Refusal {
  const string = (text: string) => {
    const bytes = Buffer.from(text);
    return Buffer.concat([Buffer.of(bytes.length >> 8, bytes.length & 0xff), bytes]);
  };
  return new Refusal("alreadyExists", message, Buffer.concat([string(keyspace), string(table)]));
}
