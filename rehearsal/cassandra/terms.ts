import { randomUUID } from "node:crypto";
import { timeUuid } from "./clock.ts";
import type { Modification, Relation, Select, Term } from "./cql/statement.ts";
import { type CqlType, checkBytes, native } from "./cql-type.ts";
import { partitionKeyOf } from "./keys.ts";
import { tokenOf } from "./murmur3.ts";
import { invalid } from "./refusal.ts";
import type { Parameters } from "./request.ts";
import { columnOf, type Table } from "./schema.ts";
import {
  bigintValue,
  booleanValue,
  collectionValue,
  numberValue,
  textValue,
  uuidValue,
  type Value,
} from "./value.ts";

/** A place in a statement that takes a value: what it is for, and of which type. */
export interface TermPlace {
  readonly term: Term;
  readonly name: string;
  readonly type: CqlType;
}

/** Every place of a statement, in no particular order. */
export function placesOf(statement: Select | Modification, table: Table): readonly TermPlace[] {
  const inColumn = (name: string, term: Term): TermPlace => ({
    term,
    name,
    type: columnOf(table, name).type,
  });
  const of = (relations: readonly Relation[]) => relations.flatMap((each) => relationPlaces(table, each));
  if (statement.kind === "select")
    return [
      ...of(statement.where),
      ...(statement.limit ? [{ term: statement.limit, name: "[limit]", type: native("int") }] : []),
    ];
  const { only, timestamp } = statement;
  const common = [
    ...(only.kind === "if" ? of(only.conditions) : []),
    ...(timestamp ? [{ term: timestamp, name: "[timestamp]", type: native("bigint") }] : []),
  ];
  switch (statement.kind) {
    case "insert":
      return [
        ...statement.columns.map((name, at) => inColumn(name, valueAt(statement.values, at))),
        ...common,
      ];
    case "update":
      return [
        ...statement.set.map(({ column, value }) => inColumn(column, value)),
        ...of(statement.where),
        ...common,
      ];
    case "delete":
      return [...of(statement.where), ...common];
    default:
      return statement satisfies never;
  }
}

function valueAt(values: readonly Term[], at: number): Term {
  const value = values[at];
  if (value === undefined) throw invalid("Unmatched column names/values");
  return value;
}

function relationPlaces(table: Table, { of, terms }: Relation): readonly TermPlace[] {
  if (typeof of !== "string")
    return terms.map((term) => ({ term, name: "partition key token", type: native("bigint") }));
  return terms.map((term) => ({ term, name: of, type: columnOf(table, of).type }));
}

/** The value of a term in its place; undefined where the client has not set it. */
export function termValue(term: Term, type: CqlType, given: Parameters, table?: Table): Value | undefined {
  switch (term.kind) {
    case "marker":
      return markerValue(term, type, given);
    case "null":
      return null;
    case "string":
      return stringValue(type, term.text);
    case "number":
      return numberValue(type, term.text);
    case "boolean":
      return typed(type, "boolean", booleanValue(term.value));
    case "blob":
      return typed(type, "blob", Buffer.from(term.text.slice(2), "hex"));
    case "uuid":
      return uuidValue(term.text);
    case "collection":
      return collectionOf(term, type, given);
    case "call":
      return callValue(term, given, table);
    default:
      return term satisfies never;
  }
}

function markerValue(
  { position, name }: Extract<Term, { kind: "marker" }>,
  type: CqlType,
  { values, names }: Parameters,
): Value | undefined {
  const at = names && name !== undefined ? names.indexOf(name) : position;
  if (at < 0 || at >= values.length)
    throw invalid(
      `Invalid amount of bind variables: a value is missing for ${name ?? `marker ${position + 1}`}`,
    );
  const value = values[at];
  if (value) checkBytes(type, value);
  return value;
}

function stringValue(type: CqlType, text: string): Buffer {
  const name = type.kind === "native" ? type.name : "collection";
  if (name === "text" || name === "ascii") return textValue(text);
  if (name === "timestamp" && !Number.isNaN(Date.parse(text))) return bigintValue(BigInt(Date.parse(text)));
  throw invalid(`Invalid STRING constant (${text}) for a value of type ${type.text}`);
}

function typed(type: CqlType, wanted: string, value: Buffer): Buffer {
  if (type.kind === "native" && type.name === wanted) return value;
  throw invalid(`Invalid ${wanted.toUpperCase()} constant for a value of type ${type.text}`);
}

function collectionOf(
  { count, items }: Extract<Term, { kind: "collection" }>,
  type: CqlType,
  given: Parameters,
): Buffer {
  const parts = items.map((item, at) => termValue(item, itemType(type, at), given) ?? Buffer.alloc(0));
  return collectionValue(count, parts);
}

function itemType(type: CqlType, at: number): CqlType {
  switch (type.kind) {
    case "native":
      throw invalid(`Invalid collection literal for a value of type ${type.text}`);
    case "list":
    case "set":
      return type.of;
    case "map":
      return at % 2 === 0 ? type.key : type.value;
    default:
      return type satisfies never;
  }
}

/** The type of what a function answers. */
export function callType(call: Term): CqlType {
  const name = call.kind === "call" ? call.name : "";
  const type = CALLS[name];
  if (type === undefined) throw invalid(`Unknown function '${name}'`);
  return native(type);
}

const CALLS: Readonly<Record<string, "timeuuid" | "timestamp" | "bigint" | "uuid">> = {
  now: "timeuuid",
  uuid: "uuid",
  currenttimestamp: "timestamp",
  totimestamp: "timestamp",
  tounixtimestamp: "bigint",
  token: "bigint",
};

function callValue(call: Extract<Term, { kind: "call" }>, given: Parameters, table?: Table): Buffer {
  const nowMs = Date.now();
  callType(call);
  switch (call.name) {
    case "now":
      return uuidValue(timeUuid(nowMs * 1000));
    case "uuid":
      return uuidValue(randomUUID());
    case "token": {
      const parts = call.given.map((term, at) => keyPart(term, given, table, at));
      return bigintValue(tokenOf(partitionKeyOf(parts)));
    }
    default:
      return bigintValue(BigInt(nowMs));
  }
}

function keyPart(term: Term, given: Parameters, table: Table | undefined, at: number): Buffer {
  const value = termValue(term, table?.partitionKey[at]?.type ?? native("blob"), given);
  if (!value) throw invalid("Invalid null value for a part of a partition key");
  return value;
}
