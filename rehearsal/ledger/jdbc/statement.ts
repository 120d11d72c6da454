import type { Mutation } from "../mutation.ts";
import { type Columns, keyOf, type Table } from "../table.ts";
import type { Dialect } from "./dialect.ts";
import { type SqlValue, sqlValueOf } from "./value.ts";

export interface Statement {
  readonly text: string;
  readonly values: readonly SqlValue[];
}

/** Takes in values in the order of the text; answers the placeholder of each. */
class Values {
  readonly taken: SqlValue[] = [];
  readonly #dialect: Dialect;

  constructor(dialect: Dialect) {
    this.#dialect = dialect;
  }

  readonly take = (value: SqlValue): string => this.#dialect.placeholder(this.taken.push(value));
}

/** `scalar.asset` as the engine spells it. */
export function tableName({ quote }: Dialect, { name }: Pick<Table, "name">): string {
  return name.split(".").map(quote).join(".");
}

export function selectStatement(dialect: Dialect, table: Table, key: Columns): Statement {
  const values = new Values(dialect);
  const where = equalities(dialect, keyOf(table, key), values).join(" AND ");
  return { text: `SELECT * FROM ${tableName(dialect, table)} WHERE ${where}`, values: values.taken };
}

/** How ScalarDB's JDBC adapter writes it. One whose condition does not hold changes no row, or violates the key. */
export function mutationStatement(dialect: Dialect, mutation: Mutation): Statement {
  const { condition } = mutation;
  if (mutation.kind === "delete") return remove(dialect, mutation);
  switch (condition.kind) {
    case "none":
      return insert(dialect, mutation, "overwriting");
    case "absent":
      return insert(dialect, mutation, "absent");
    case "present":
      return update(dialect, mutation, condition.equal);
    default:
      return condition satisfies never;
  }
}

type Put = Extract<Mutation, { kind: "put" }>;

function insert(dialect: Dialect, put: Put, kind: "absent" | "overwriting"): Statement {
  const { quote } = dialect;
  const values = new Values(dialect);
  const set = { ...keyOf(put.table, put.key), ...changed(put) };
  const names = Object.keys(set).map(quote).join(",");
  const given = Object.values(set).map((value) => values.take(sqlValueOf(value)));
  const text = `INSERT INTO ${tableName(dialect, put.table)} (${names}) VALUES (${given.join(",")})`;
  if (kind === "absent") return { text, values: values.taken };
  const keys = Object.keys(keyOf(put.table, put.key)).map(quote);
  const overwriting = dialect.overwriting(keys, assignments(dialect, changed(put), values));
  return { text: `${text} ${overwriting}`, values: values.taken };
}

function update(dialect: Dialect, put: Put, equal: Columns): Statement {
  const values = new Values(dialect);
  const set = assignments(dialect, changed(put), values);
  const where = equalities(dialect, { ...keyOf(put.table, put.key), ...equal }, values).join(" AND ");
  return {
    text: `UPDATE ${tableName(dialect, put.table)} SET ${set} WHERE ${where}`,
    values: values.taken,
  };
}

function remove(dialect: Dialect, { table, key, condition }: Mutation): Statement {
  const values = new Values(dialect);
  const equal = condition.kind === "present" ? condition.equal : {};
  const where = equalities(dialect, { ...keyOf(table, key), ...equal }, values).join(" AND ");
  return { text: `DELETE FROM ${tableName(dialect, table)} WHERE ${where}`, values: values.taken };
}

/** What a put changes of a row that is there: the key stays. */
function changed({
  table,
  key,
  columns,
  cleared,
}: Put): Readonly<Record<string, Columns[string] | undefined>> {
  const keys = Object.keys(keyOf(table, key));
  const set = Object.entries(columns).filter(([name]) => !keys.includes(name));
  return { ...Object.fromEntries(set), ...Object.fromEntries(cleared.map((name) => [name, undefined])) };
}

function assignments(
  dialect: Dialect,
  columns: Readonly<Record<string, Columns[string] | undefined>>,
  values: Values,
): string {
  return equalities(dialect, columns, values).join(",");
}

function equalities(
  { quote }: Dialect,
  columns: Readonly<Record<string, Columns[string] | undefined>>,
  { take }: Values,
): readonly string[] {
  return Object.entries(columns).map(([name, value]) => `${quote(name)}=${take(sqlValueOf(value))}`);
}
