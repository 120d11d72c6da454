import type { Mutation } from "../mutation.ts";
import { type Columns, keyOf, type Table } from "../table.ts";
import { type CqlValue, cqlValueOf } from "./value.ts";

export interface Statement {
  readonly query: string;
  readonly params: readonly CqlValue[];
}

type Given = Readonly<Record<string, Columns[string] | undefined>>;

export function selectStatement(table: Table, key: Columns): Statement {
  const where = equalities(table, keyOf(table, key));
  return { query: `SELECT * FROM ${table.name} WHERE ${where.texts.join(" AND ")}`, params: where.params };
}

/** How ScalarDB's Cassandra adapter writes it: every condition is a lightweight transaction. */
export function mutationStatement(mutation: Mutation): Statement {
  const { table, key, condition } = mutation;
  const where = equalities(table, keyOf(table, key));
  const only = onlyIf(mutation);
  if (mutation.kind === "delete")
    return {
      query: `DELETE FROM ${table.name} WHERE ${where.texts.join(" AND ")}${only.text}`,
      params: [...where.params, ...only.params],
    };
  if (condition.kind !== "present") return insert(mutation, only.text);
  const set = equalities(table, changed(mutation));
  return {
    query: `UPDATE ${table.name} SET ${set.texts.join(", ")} WHERE ${where.texts.join(" AND ")}${only.text}`,
    params: [...set.params, ...where.params, ...only.params],
  };
}

type Put = Extract<Mutation, { kind: "put" }>;

function insert(put: Put, only: string): Statement {
  const { table, key } = put;
  const all = { ...keyOf(table, key), ...changed(put) };
  const names = Object.keys(all);
  const values = names.map(() => "?").join(", ");
  const { params } = equalities(table, all);
  return { query: `INSERT INTO ${table.name} (${names.join(", ")}) VALUES (${values})${only}`, params };
}

function onlyIf({ table, kind, condition }: Mutation) {
  switch (condition.kind) {
    case "none":
      return { text: "", params: [] };
    case "absent":
      if (kind === "delete") throw new Error("what is absent cannot be deleted");
      return { text: " IF NOT EXISTS", params: [] };
    case "present": {
      const { texts, params } = equalities(table, condition.equal);
      return { text: texts.length === 0 ? " IF EXISTS" : ` IF ${texts.join(" AND ")}`, params };
    }
    default:
      return condition satisfies never;
  }
}

/** What a put changes of a row that is there: the key stays. */
function changed({ table, key, columns, cleared }: Put): Given {
  const keys = Object.keys(keyOf(table, key));
  const set = Object.entries(columns).filter(([name]) => !keys.includes(name));
  return { ...Object.fromEntries(set), ...Object.fromEntries(cleared.map((name) => [name, undefined])) };
}

function equalities(table: Table, given: Given) {
  const entries = Object.entries(given);
  return {
    texts: entries.map(([name]) => `${name} = ?`),
    params: entries.map(([name, value]) => cqlValueOf(table, name, value)),
  };
}
