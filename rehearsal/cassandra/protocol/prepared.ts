import { createHash } from "node:crypto";
import { parseCql } from "../cql/parse.ts";
import type { Modification, Select, Statement } from "../cql/statement.ts";
import { placeOf } from "../execute.ts";
import type { ResultColumn, Session } from "../request.ts";
import type { Table } from "../schema.ts";
import { selectedColumns } from "../selection.ts";
import { placesOf } from "../terms.ts";
import type { Described } from "./results.ts";

export interface Prepared {
  readonly statement: Statement;
  /** In which it was prepared. */
  readonly keyspace: string | undefined;
  readonly described: Described;
}

export function prepare(session: Session, text: string): Prepared {
  const statement = parseCql(text);
  const { keyspace } = session;
  const id = createHash("md5")
    .update(`${keyspace ?? ""} ${text}`)
    .digest();
  const isPlain = statement.kind !== "select" && !isModification(statement);
  if (isPlain) return { statement, keyspace, described: { id, markers: [], keyMarkers: [], result: [] } };
  const { table } = placeOf(session, statement.table);
  const markers = markersOf(statement, table);
  const names = markers.map(({ name }) => name);
  const positions = table.partitionKey.map(({ name }) => names.indexOf(name));
  return {
    statement,
    keyspace,
    described: {
      id,
      markers,
      keyMarkers: positions.includes(-1) ? [] : positions,
      result: statement.kind === "select" ? selectedColumns(table, statement) : [],
    },
  };
}

function isModification(statement: Statement): statement is Modification {
  return statement.kind === "insert" || statement.kind === "update" || statement.kind === "delete";
}

function markersOf(statement: Select | Modification, table: Table): readonly ResultColumn[] {
  const of = { keyspace: table.keyspace, table: table.name };
  return placesOf(statement, table)
    .flatMap(({ term, name, type }) =>
      term.kind === "marker" ? [{ at: term.position, column: { ...of, name: term.name ?? name, type } }] : [],
    )
    .sort((a, b) => a.at - b.at)
    .map(({ column }) => column);
}
