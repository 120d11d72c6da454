import type { Modification, Name, Select, Statement } from "./cql/statement.ts";
import { define } from "./define.ts";
import type { Place } from "./members.ts";
import { plannedWrite } from "./modify.ts";
import { invalid, Refusal } from "./refusal.ts";
import type { Answer, Parameters, Session } from "./request.ts";
import { isLocal, type Schema, tableOf } from "./schema.ts";
import { select } from "./select.ts";
import { selectedColumns } from "./selection.ts";
import { SYSTEM_SCHEMA, VIRTUAL_SCHEMA } from "./system-tables.ts";
import { carryOut, type PlacedWrite } from "./write.ts";

/** One statement of a client, carried out at once and as a whole. */
export function execute(session: Session, statement: Statement, given: Parameters): Answer {
  switch (statement.kind) {
    case "select":
      return selectFrom(session, statement, given);
    case "insert":
    case "update":
    case "delete":
      return carryOut([placedWrite(session, statement, given)], given);
    case "truncate":
      return truncate(session, statement.table);
    case "use": {
      const { keyspace } = statement;
      if (!schemaOf(session).has(keyspace)) throw invalid(`Keyspace '${keyspace}' does not exist`);
      return { kind: "keyspace", keyspace };
    }
    default:
      return define(session, statement);
  }
}

export interface BatchItem {
  readonly statement: Statement;
  readonly given: Parameters;
}

export function executeBatch(session: Session, items: readonly BatchItem[], given: Parameters): Answer {
  const writes = items.map(({ statement, given: own }) => {
    if (statement.kind !== "insert" && statement.kind !== "update" && statement.kind !== "delete")
      throw invalid("Invalid statement in batch: only UPDATE, INSERT and DELETE statements are allowed.");
    return placedWrite(session, statement, own);
  });
  return carryOut(writes, given);
}

export function placeOf(session: Session, { keyspace = session.keyspace, name }: Name): Place {
  const schema = schemaOf(session);
  const table = tableOf(schema, keyspace, name);
  const found = schema.get(table.keyspace);
  if (found === undefined) throw invalid(`keyspace ${table.keyspace} does not exist`);
  return { members: session.members, coordinator: session.coordinator, keyspace: found, table };
}

function schemaOf({ coordinator }: Session): Schema {
  return new Map([...coordinator.storage.schema, ...VIRTUAL_SCHEMA]);
}

function selectFrom(session: Session, statement: Select, given: Parameters): Answer {
  const place = placeOf(session, statement.table);
  // Nobody has made a virtual table here: there is nothing in those that list them.
  if (VIRTUAL_SCHEMA.has(place.keyspace.name))
    return { kind: "rows", columns: selectedColumns(place.table, statement), rows: [] };
  return select(place, statement, given);
}

function placedWrite(session: Session, modification: Modification, given: Parameters): PlacedWrite {
  const place = placeOf(session, modification.table);
  if (isLocal(place.keyspace))
    throw new Refusal("unauthorized", `${place.keyspace.name} keyspace is not user-modifiable.`);
  return { ...plannedWrite(place.table, modification, given), place };
}

function truncate(session: Session, name: Name): Answer {
  const { table, keyspace } = placeOf(session, name);
  if (SYSTEM_SCHEMA.has(keyspace.name))
    throw new Refusal("unauthorized", `${keyspace.name} keyspace is not user-modifiable.`);
  for (const { storage } of session.members.live()) storage.truncate(table);
  return { kind: "void" };
}
