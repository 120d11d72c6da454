import type { Relation } from "./cql/statement.ts";
import { compareValues, native } from "./cql-type.ts";
import { keyParts } from "./keys.ts";
import { type Place, readPartition, writePartition } from "./members.ts";
import type { PlannedWrite } from "./modify.ts";
import { invalid } from "./refusal.ts";
import type { Answer, Parameters, ResultColumn } from "./request.ts";
import { columnOf, type Table } from "./schema.ts";
import { clusteringName, newestOf, type Partition, type SeenRow, seen } from "./storage/rows.ts";
import { termValue } from "./terms.ts";
import { booleanValue, type Value } from "./value.ts";

export interface PlacedWrite extends PlannedWrite {
  readonly place: Place;
}

/** Carries out one write, or a batch of them. */
export function carryOut(writes: readonly PlacedWrite[], given: Parameters): Answer {
  if (writes.some(({ only }) => only.kind !== "always")) return compareAndSet(writes, given);
  for (const { place, update, at } of writes)
    writePartition(place, update(at ?? place.members.clock()), given.level);
  return { kind: "void" };
}

/**
 * A lightweight transaction. Reading, comparing and writing are one step that nothing can come between, as Paxos makes
 * it of many; and it is later than everything that it has seen, as the ballots of Paxos are.
 */
function compareAndSet(writes: readonly PlacedWrite[], given: Parameters): Answer {
  const [first] = writes;
  if (first === undefined) return { kind: "void" };
  for (const { table, key } of writes)
    if (table.id !== first.table.id || !key.equals(first.key))
      throw invalid("Batch with conditions cannot span multiple partitions");
  const { place, key, table } = first;
  const row = writes.length === 1 && first.clustering ? { row: clusteringName(first.clustering) } : {};
  const current = readPartition(place, { key, level: given.serialLevel, ...row });
  const failed = writes.filter((write) => !holds(write, rowOf(current, write)));
  if (failed.length > 0) return refusedAnswer(table, failed, current);
  const at = Math.max(place.members.clock(), newestOf(current) + 1);
  for (const write of writes) writePartition(place, write.update(at), given.serialLevel);
  return { kind: "rows", columns: [applied(table)], rows: [[booleanValue(true)]], conditional: true };
}

function rowOf(partition: Partition | undefined, { clustering }: PlannedWrite): SeenRow | undefined {
  if (clustering === undefined)
    throw invalid("DELETE statements must restrict all PRIMARY KEY columns with IF");
  const row = partition?.rows.get(clusteringName(clustering));
  return partition && row && seen(partition, row);
}

function holds({ only, table, given }: PlannedWrite, row: SeenRow | undefined): boolean {
  switch (only.kind) {
    case "always":
      return true;
    case "exists":
      return row !== undefined;
    case "absent":
      return row === undefined;
    case "if":
      return row !== undefined && only.conditions.every((each) => meets(table, each, row, given));
    default:
      return only satisfies never;
  }
}

function meets(table: Table, { of, operator, terms }: Relation, row: SeenRow, given: Parameters): boolean {
  if (typeof of !== "string") throw invalid("The token function cannot be used in a condition");
  const { type, kind } = columnOf(table, of);
  if (kind !== "regular") throw invalid(`PRIMARY KEY column '${of}' cannot have IF conditions`);
  const actual = row.cells.get(of)?.value;
  return terms.some((term) => {
    const wanted = termValue(term, type, given);
    if (!wanted || !actual) {
      const isSame = !wanted === !actual;
      return operator === "!=" ? !isSame : isSame && (operator === "=" || operator === "in");
    }
    return compares(compareValues(type, actual, wanted), operator);
  });
}

export function compares(order: number, operator: Relation["operator"]): boolean {
  switch (operator) {
    case "=":
    case "in":
      return order === 0;
    case "!=":
      return order !== 0;
    case "<":
      return order < 0;
    case "<=":
      return order <= 0;
    case ">":
      return order > 0;
    case ">=":
      return order >= 0;
    default:
      return operator satisfies never;
  }
}

function applied({ keyspace, name }: Table): ResultColumn {
  return { keyspace, table: name, name: "[applied]", type: native("boolean") };
}

/** Why not: the rows as they are, where there are any. */
function refusedAnswer(
  table: Table,
  failed: readonly PlannedWrite[],
  current: Partition | undefined,
): Answer {
  const rows = failed.flatMap((write) => {
    const row = rowOf(current, write);
    return row === undefined ? [] : [{ write, row }];
  });
  const columns = rows.length === 0 ? [] : answeredColumns(table, rows[0]?.write);
  const asRow = ({ write, row }: (typeof rows)[number]): readonly Value[] => {
    const parts = keyParts(table, write.key);
    const value = (name: string): Value => {
      const { kind, position } = columnOf(table, name);
      if (kind === "partition_key") return parts[position] ?? null;
      return (kind === "clustering" ? row.clustering[position] : row.cells.get(name)?.value) ?? null;
    };
    return [booleanValue(false), ...columns.map(({ name }) => value(name))];
  };
  return {
    kind: "rows",
    columns: [applied(table), ...columns],
    rows: rows.length === 0 ? [[booleanValue(false)]] : rows.map(asRow),
    conditional: true,
  };
}

function answeredColumns(table: Table, write: PlannedWrite | undefined): readonly ResultColumn[] {
  const compared = new Set(
    write?.only.kind === "if" ? write.only.conditions.map(({ of }) => String(of)) : [],
  );
  const all = write?.only.kind !== "if";
  return table.columns
    .filter(({ name }) => all || compared.has(name))
    .map(({ name, type }) => ({ keyspace: table.keyspace, table: table.name, name, type }));
}
