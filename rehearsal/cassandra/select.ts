import type { Relation, Select } from "./cql/statement.ts";
import { compareValues, native } from "./cql-type.ts";
import { keyParts, partitionKeyOf } from "./keys.ts";
import { keysOf, type Place, readPartition } from "./members.ts";
import { tokenOf } from "./murmur3.ts";
import { invalid } from "./refusal.ts";
import type { Answer, Parameters } from "./request.ts";
import { checkRestrictions } from "./restrictions.ts";
import { type Column, columnOf, type Table, type TableIndex } from "./schema.ts";
import { columnValue, type Found, selectedColumns, selectedValues } from "./selection.ts";
import { clusteringName, type Partition, type SeenRow, seen } from "./storage/rows.ts";
import { termValue } from "./terms.ts";
import { bigintValue } from "./value.ts";
import { compares } from "./write.ts";

export function select(place: Place, statement: Select, given: Parameters): Answer {
  const { table } = place;
  checkRestrictions(table, statement);
  const columns = selectedColumns(table, statement);
  const rows = foundRows(place, statement, given);
  if (isCount(statement)) {
    let count = 0n;
    for (const _ of rows) count++;
    return { kind: "rows", columns, rows: [[bigintValue(count)]] };
  }
  const { taken, pagingState } = page(rows, statement, given);
  const values = taken.map((found) => selectedValues(table, statement, found, given));
  return { kind: "rows", columns, rows: values, ...(pagingState && { pagingState }) };
}

/** Where a page ends: behind which row, and how many may still come. */
interface Position {
  readonly key: string;
  readonly row: string;
  readonly left?: number;
}

function page(rows: Iterable<Found>, { limit }: Select, given: Parameters) {
  const { pageSize, pagingState } = given;
  const resumed = pagingState && (JSON.parse(pagingState.toString("utf8")) as Position);
  const most = resumed?.left ?? (limit ? limitOf(limit, given) : Number.POSITIVE_INFINITY);
  const size = Math.min(most, pageSize ?? Number.POSITIVE_INFINITY);
  const taken: Found[] = [];
  for (const found of rows) {
    const last = taken.at(-1);
    if (taken.length === size && last !== undefined)
      return size === most ? { taken } : { taken, pagingState: positionOf(last, most - taken.length) };
    taken.push(found);
  }
  return { taken };
}

function limitOf(term: NonNullable<Select["limit"]>, given: Parameters): number {
  const limit = termValue(term, native("int"), given)?.readInt32BE();
  if (limit === undefined || limit <= 0) throw invalid("LIMIT must be strictly positive");
  return limit;
}

function positionOf({ key, row }: Found, left: number): Buffer {
  const position: Position = {
    key: key.toString("base64"),
    row: Buffer.from(clusteringName(row.clustering)).toString("base64"),
    ...(Number.isFinite(left) && { left }),
  };
  return Buffer.from(JSON.stringify(position));
}

function* foundRows(place: Place, statement: Select, given: Parameters): Generator<Found> {
  const { table } = place;
  const after = given.pagingState && (JSON.parse(given.pagingState.toString("utf8")) as Position);
  const filters = statement.where.filter(({ of }) => typeof of === "string");
  const isReversed = statement.orderBy.some(
    ({ column, descending }) => columnOf(table, column).descending !== descending,
  );
  const index = indexOf(table, filters);
  let isPast = after === undefined;
  for (const key of partitionKeys(place, statement, given, after)) {
    const partition = readPartition(place, {
      key,
      level: given.level,
      ...singleRow(table, statement, given),
      ...(index && { index }),
    });
    if (partition === undefined) continue;
    const parts = keyParts(table, key);
    const isResumed = key.toString("base64") === after?.key;
    if (after !== undefined && isResumed && statement.distinct) continue;
    if (!isResumed) isPast = true;
    for (const row of inOrder(table, partition, isReversed)) {
      if (!isPast) {
        isPast = Buffer.from(clusteringName(row.clustering)).toString("base64") === after?.row;
        continue;
      }
      const found = { key, parts, row };
      if (!filters.every((relation) => matches(table, relation, found, given))) continue;
      yield found;
      if (statement.distinct) break;
    }
  }
}

/** Which one is read by, as Cassandra does whenever a column that is not in the key has one. */
function indexOf(table: Table, filters: readonly Relation[]): TableIndex | undefined {
  const equal = new Set(filters.flatMap(({ of, operator }) => (operator === "=" ? [of] : [])));
  return table.indexes.find(({ column }) => equal.has(column) && columnOf(table, column).kind === "regular");
}

/** Where the whole key of one row is given, the other rows of its partition are not looked at. */
function singleRow(table: Table, { where }: Select, given: Parameters): { readonly row?: string } {
  const parts = table.clusteringKey.map(({ name, type }) => {
    const relation = where.find(({ of, operator }) => of === name && operator === "=");
    const [term] = relation?.terms ?? [];
    return term && termValue(term, type, given);
  });
  return parts.every((part) => part) ? { row: clusteringName(parts as Buffer[]) } : {};
}

function partitionKeys(
  place: Place,
  statement: Select,
  given: Parameters,
  after: Position | undefined,
): readonly Buffer[] {
  const { table } = place;
  const named = namedKeys(table, statement.where, given);
  const start = after && Buffer.from(after.key, "base64");
  if (named !== undefined) {
    const from = start === undefined ? 0 : named.findIndex((key) => key.equals(start));
    return named.slice(Math.max(from, 0));
  }
  const limits = statement.where.filter(({ of }) => typeof of !== "string");
  const within = limits.map(({ operator, terms: [term] }) => {
    const limit = term && termValue(term, native("bigint"), given, table);
    if (!limit) throw invalid("Invalid null token in condition");
    const token = limit.readBigInt64BE();
    return (other: bigint) => compares(other < token ? -1 : other > token ? 1 : 0, operator);
  });
  const from = start && { token: tokenOf(start), key: start };
  const isBefore = ({ token, key }: Partition) =>
    from !== undefined && (token < from.token || (token === from.token && Buffer.compare(key, from.key) < 0));
  return keysOf(place, given.level)
    .filter((each) => within.every((isWithin) => isWithin(each.token)) && !isBefore(each))
    .map(({ key }) => key);
}

/** The keys that the statement names; undefined where it names none and all are meant. */
function namedKeys(
  table: Table,
  where: readonly Relation[],
  given: Parameters,
): readonly Buffer[] | undefined {
  let combinations: readonly (readonly Buffer[])[] = [[]];
  for (const { name, type } of table.partitionKey) {
    const relation = where.find(({ of, operator }) => of === name && (operator === "=" || operator === "in"));
    if (relation === undefined) return undefined;
    const values = relation.terms.map((term) => termValue(term, type, given));
    const known = values.map((value) => {
      if (!value) throw invalid(`Invalid null value in condition for column ${name}`);
      return value;
    });
    combinations = combinations.flatMap((head) => known.map((value) => [...head, value]));
  }
  return combinations.map(partitionKeyOf).sort((a, b) => (tokenOf(a) < tokenOf(b) ? -1 : 1));
}

function inOrder(table: Table, partition: Partition, isReversed: boolean): readonly SeenRow[] {
  const rows = [...partition.rows.values()].flatMap((row) => seen(partition, row) ?? []);
  if (rows.length < 2) return rows;
  const sorted = rows.sort((a, b) => compareClustering(table.clusteringKey, a, b));
  return isReversed ? sorted.reverse() : sorted;
}

function compareClustering(clusteringKey: readonly Column[], one: SeenRow, other: SeenRow): number {
  for (const [at, { type, descending }] of clusteringKey.entries()) {
    const [a = Buffer.alloc(0), b = Buffer.alloc(0)] = [one.clustering[at], other.clustering[at]];
    const order = compareValues(type, a, b);
    if (order !== 0) return descending ? -order : order;
  }
  return 0;
}

function matches(table: Table, { of, operator, terms }: Relation, found: Found, given: Parameters): boolean {
  const column = columnOf(table, String(of));
  const actual = columnValue(column, found);
  return terms.some((term) => {
    const wanted = termValue(term, column.type, given);
    if (!wanted) throw invalid(`Invalid null value in condition for column ${column.name}`);
    return actual !== null && compares(compareValues(column.type, actual, wanted), operator);
  });
}

function isCount({ selectors }: Select): boolean {
  return selectors !== "all" && selectors.some(({ what }) => what.kind === "count");
}
