import { readFileSync } from "node:fs";
import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { LEDGER_TABLES } from "../../../rehearsal/ledger/ledger-tables.ts";
import type { Columns, Table } from "../../../rehearsal/ledger/table.ts";

/** What a real ScalarDL Ledger 3.14 on ScalarDB 3.19 wrote: one row, and one write, of every shape that it has. */
export interface RealRow {
  readonly table: Table;
  readonly item: Columns;
}

/** The shape of a write: its columns, and its condition with the values left out. */
export interface WriteShape {
  readonly op: string;
  readonly table: string;
  readonly set: readonly string[];
  readonly remove: readonly string[];
  readonly condition: string;
  readonly types: Readonly<Record<string, string>>;
}

export function realRows(): readonly RealRow[] {
  return lines("rows.jsonl").map((line) => {
    const { table, item } = line as { table: string; item: Record<string, Record<string, unknown>> };
    const columns = Object.entries(item).map(([name, value]) => [name, attribute(value)]);
    return { table: tableOf(table), item: Object.fromEntries(columns) };
  });
}

export function realWrites(): readonly WriteShape[] {
  return lines("writes.jsonl") as WriteShape[];
}

export function realSchema() {
  return JSON.parse(readFileSync(new URL("./real/schema.json", import.meta.url), "utf8"));
}

export function tableOf(name: string): Table {
  const table = LEDGER_TABLES.find((candidate) => candidate.name === name);
  if (!table) throw new Error(`no table "${name}"`);
  return table;
}

/** Name and type of each attribute, in order: what two rows of one shape have in common. */
export function shapeOf(item: Columns): string {
  return Object.entries(item)
    .map(([name, value]) => `${name}:${Object.keys(value)[0]}`)
    .sort()
    .join(" ");
}

function lines(name: string): readonly unknown[] {
  const content = readFileSync(new URL(`./real/${name}`, import.meta.url), "utf8");
  return content
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
}

function attribute(value: Record<string, unknown>): AttributeValue {
  return value["B"] === undefined ? (value as unknown as AttributeValue) : { B: bytes(String(value["B"])) };
}

function bytes(base64: string): Uint8Array {
  return new Uint8Array(Buffer.from(base64, "base64"));
}
