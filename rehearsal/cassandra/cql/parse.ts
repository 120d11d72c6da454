import { parseSchemaStatement } from "./parse-schema.ts";
import { Reader } from "./reader.ts";
import type { Modification, Name, Only, Select, Selector, Statement, Term } from "./statement.ts";

/** The statements that a ledger, its schema loader, Stillpoint and the driver itself send. */
export function parseCql(text: string): Statement {
  const reader = new Reader(text);
  const statement = parseStatement(reader);
  reader.end();
  return statement;
}

function parseStatement(reader: Reader): Statement {
  if (reader.takes("select")) return parseSelect(reader);
  if (reader.takes("insert", "into")) return parseInsert(reader);
  if (reader.takes("update")) return parseUpdate(reader);
  if (reader.takes("delete")) return parseDelete(reader);
  if (reader.takes("use")) return { kind: "use", keyspace: reader.identifier() };
  if (reader.takes("truncate")) {
    reader.takes("table");
    return { kind: "truncate", table: reader.name() };
  }
  return parseSchemaStatement(reader);
}

function parseSelect(reader: Reader): Select {
  const distinct = reader.takes("distinct");
  const selectors = reader.takes("*") ? "all" : reader.list(() => parseSelector(reader));
  reader.expect("from");
  const table = reader.name();
  const where = reader.takes("where") ? reader.relations() : [];
  const orderBy = reader.takes("order", "by") ? reader.list(() => parseOrder(reader)) : [];
  const limit = reader.takes("limit") ? { limit: reader.term() } : {};
  const filtering = reader.takes("allow", "filtering");
  return { kind: "select", table, selectors, distinct, where, orderBy, ...limit, filtering };
}

function parseOrder(reader: Reader) {
  const column = reader.identifier();
  const descending = reader.takes("desc");
  if (!descending) reader.takes("asc");
  return { column, descending };
}

function parseSelector(reader: Reader): Selector {
  const what = parseSelected(reader);
  return reader.takes("as") ? { what, alias: reader.identifier() } : { what };
}

function parseSelected(reader: Reader): Selector["what"] {
  if (reader.takes("count", "(", "*", ")")) return { kind: "count" };
  if (reader.takes("token", "(")) {
    const of = reader.list(() => reader.identifier());
    reader.expect(")");
    return { kind: "token", of };
  }
  if (reader.takes("writetime", "(")) {
    const column = reader.identifier();
    reader.expect(")");
    return { kind: "written", column };
  }
  const name = reader.identifier();
  if (!reader.takes("(")) return { kind: "column", name };
  const given = reader.takes(")") ? [] : parseGiven(reader);
  return { kind: "call", call: { kind: "call", name, given } };
}

function parseGiven(reader: Reader): readonly Term[] {
  const given = reader.list(() => reader.term());
  reader.expect(")");
  return given;
}

function parseInsert(reader: Reader): Modification {
  const table = reader.name();
  const columns = reader.parenthesized(() => reader.identifier());
  reader.expect("values");
  const values = reader.parenthesized(() => reader.term());
  const only: Only = { kind: reader.takes("if", "not", "exists") ? "absent" : "always" };
  return { kind: "insert", table, columns, values, only, ...parseUsing(reader) };
}

function parseUpdate(reader: Reader): Modification {
  const table: Name = reader.name();
  const using = parseUsing(reader);
  reader.expect("set");
  const set = reader.list(() => {
    const column = reader.identifier();
    reader.expect("=");
    return { column, value: reader.term() };
  });
  reader.expect("where");
  const where = reader.relations();
  return { kind: "update", table, set, where, only: parseOnly(reader), ...using };
}

function parseDelete(reader: Reader): Modification {
  const columns = reader.takes("from") ? [] : reader.list(() => reader.identifier());
  if (columns.length > 0) reader.expect("from");
  const table = reader.name();
  const using = parseUsing(reader);
  reader.expect("where");
  const where = reader.relations();
  return { kind: "delete", table, columns, where, only: parseOnly(reader), ...using };
}

function parseOnly(reader: Reader): Only {
  if (!reader.takes("if")) return { kind: "always" };
  if (reader.takes("exists")) return { kind: "exists" };
  return { kind: "if", conditions: reader.relations() };
}

function parseUsing(reader: Reader): { readonly timestamp?: Term } {
  if (!reader.takes("using")) return {};
  reader.expect("timestamp");
  return { timestamp: reader.term() };
}
