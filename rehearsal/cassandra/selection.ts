import type { Select, Selector } from "./cql/statement.ts";
import { native } from "./cql-type.ts";
import { tokenOf } from "./murmur3.ts";
import type { Parameters, ResultColumn } from "./request.ts";
import { type Column, columnOf, type Table } from "./schema.ts";
import type { SeenRow } from "./storage/rows.ts";
import { callType, termValue } from "./terms.ts";
import { bigintValue, type Value } from "./value.ts";

/** A row with the key of its partition. */
export interface Found {
  readonly key: Buffer;
  readonly parts: readonly Buffer[];
  readonly row: SeenRow;
}

export function columnValue({ name, kind, position }: Column, { parts, row }: Found): Value {
  if (kind === "partition_key") return parts[position] ?? null;
  return (kind === "clustering" ? row.clustering[position] : row.cells.get(name)?.value) ?? null;
}

export function selectedColumns(table: Table, { selectors }: Select): readonly ResultColumn[] {
  const of = { keyspace: table.keyspace, table: table.name };
  if (selectors === "all") return table.columns.map(({ name, type }) => ({ ...of, name, type }));
  return selectors.map(({ what, alias }) => {
    const { name, type } = resultOf(table, what);
    return { ...of, name: alias ?? name, type };
  });
}

function resultOf(table: Table, what: Selector["what"]): Pick<Column, "name" | "type"> {
  switch (what.kind) {
    case "column":
      return columnOf(table, what.name);
    case "count":
      return { name: "count", type: native("bigint") };
    case "token":
      return { name: `system.token(${what.of.join(", ")})`, type: native("bigint") };
    case "written":
      return { name: `writetime(${what.column})`, type: native("bigint") };
    case "call":
      return { name: callName(what.call), type: callType(what.call) };
    default:
      return what satisfies never;
  }
}

function callName(call: Extract<Selector["what"], { kind: "call" }>["call"]): string {
  if (call.kind !== "call") return "?";
  return `system.${call.name}(${call.given.map(callName).join(", ")})`;
}

export function selectedValues(
  table: Table,
  { selectors }: Select,
  found: Found,
  given: Parameters,
): readonly Value[] {
  if (selectors === "all") return table.columns.map((column) => columnValue(column, found));
  return selectors.map(({ what }): Value => {
    switch (what.kind) {
      case "column":
        return columnValue(columnOf(table, what.name), found);
      case "token":
        return bigintValue(tokenOf(found.key));
      case "written": {
        const cell = found.row.cells.get(columnOf(table, what.column).name);
        return cell === undefined ? null : bigintValue(BigInt(cell.at));
      }
      case "call":
        return termValue(what.call, callType(what.call), given, table) ?? null;
      case "count":
        return null;
      default:
        return what satisfies never;
    }
  });
}
