import type { Reader } from "./reader.ts";
import type { ColumnDefinition, SchemaStatement } from "./statement.ts";

export function parseSchemaStatement(reader: Reader): SchemaStatement {
  if (reader.takes("create", "keyspace")) return parseCreateKeyspace(reader);
  if (reader.takes("create", "table")) return parseCreateTable(reader);
  if (reader.takes("create", "index")) return parseCreateIndex(reader);
  if (reader.takes("alter", "table")) return parseAddColumns(reader);
  if (reader.takes("drop", "keyspace")) {
    const ifThere = reader.takes("if", "exists");
    return { kind: "drop-keyspace", name: reader.identifier(), ifThere };
  }
  if (reader.takes("drop", "table")) {
    const ifThere = reader.takes("if", "exists");
    return { kind: "drop-table", table: reader.name(), ifThere };
  }
  throw reader.unexpected("a statement that this cluster knows");
}

function unlessThere(reader: Reader): boolean {
  return reader.takes("if", "not", "exists");
}

function parseCreateKeyspace(reader: Reader): SchemaStatement {
  const conditional = unlessThere(reader);
  const name = reader.identifier();
  reader.expect("with");
  const options = [reader.option()];
  while (reader.takes("and")) options.push(reader.option());
  return { kind: "create-keyspace", name, unlessThere: conditional, options: Object.fromEntries(options) };
}

type CreateTable = Extract<SchemaStatement, { kind: "create-table" }>;

function parseCreateTable(reader: Reader): SchemaStatement {
  const conditional = unlessThere(reader);
  const table = reader.name();
  const columns: ColumnDefinition[] = [];
  let key: Pick<CreateTable, "partitionKey" | "clusteringKey"> = { partitionKey: [], clusteringKey: [] };
  reader.parenthesized(() => {
    if (reader.takes("primary", "key")) {
      key = parseKey(reader);
      return;
    }
    const column = parseColumn(reader);
    columns.push(column);
    if (reader.takes("primary", "key")) key = { partitionKey: [column.name], clusteringKey: [] };
  });
  const descending = reader.takes("with") ? parseTableOptions(reader) : [];
  return { kind: "create-table", table, unlessThere: conditional, columns, ...key, descending };
}

function parseColumn(reader: Reader): ColumnDefinition {
  return { name: reader.identifier(), type: reader.type() };
}

function parseKey(reader: Reader): Pick<CreateTable, "partitionKey" | "clusteringKey"> {
  reader.expect("(");
  const isComposite = reader.takes("(");
  const partitionKey = isComposite ? reader.list(() => reader.identifier()) : [reader.identifier()];
  if (isComposite) reader.expect(")");
  const clusteringKey = reader.takes(",") ? reader.list(() => reader.identifier()) : [];
  reader.expect(")");
  return { partitionKey, clusteringKey };
}

/** Which clustering columns are descending; the other options change nothing here. */
function parseTableOptions(reader: Reader): readonly string[] {
  const descending: string[] = [];
  do {
    if (reader.takes("clustering", "order", "by"))
      reader.parenthesized(() => {
        const column = reader.identifier();
        if (reader.takes("desc")) descending.push(column);
        else reader.takes("asc");
      });
    else reader.option();
  } while (reader.takes("and"));
  return descending;
}

function parseCreateIndex(reader: Reader): SchemaStatement {
  const conditional = unlessThere(reader);
  const named = reader.takes("on") ? {} : { index: reader.identifier() };
  if ("index" in named) reader.expect("on");
  const table = reader.name();
  const [column = ""] = reader.parenthesized(() => reader.identifier());
  return { kind: "create-index", table, column, unlessThere: conditional, ...named };
}

function parseAddColumns(reader: Reader): SchemaStatement {
  const table = reader.name();
  reader.expect("add");
  return { kind: "add-columns", table, columns: reader.list(() => parseColumn(reader)) };
}
