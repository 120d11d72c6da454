import { hash } from "node:crypto";
import type { ColumnType, Row, TableRole, TableSchema } from "../../../shared/verify/row-source.ts";
import type { Attempt } from "./store.ts";

const PREPARED = 1;
export const DELETED = 2;
export const COMMITTED = 3;
export const ABORTED = 4;

export const STATE = "coordinator.state";
export const ACCOUNT = "app.account";

/** Tables whose records change in place. */
export function changesInPlace(table: string): boolean {
  return table.startsWith("app.");
}

/** The ledger's namespaces are `default`, `ns1`, `ns2`. */
export function assetTable(namespace: string): string {
  return namespace === "default" ? "scalar.asset" : `scalar_${namespace}.asset`;
}

export function metadataTable(namespace: string): string {
  return `${assetTable(namespace)}_metadata`;
}

const OWN: Record<string, ColumnType> = {
  tx_id: "text",
  tx_state: "int",
  tx_version: "int",
  tx_prepared_at: "bigint",
  tx_committed_at: "bigint",
};

function schema(name: string, role: TableRole, keys: readonly string[], columns: Record<string, ColumnType>) {
  const [namespace = "", table = ""] = name.split(".");
  const transactional = role !== "coordinator";
  const before = Object.entries({ ...columns, ...OWN }).filter(([column]) => !keys.includes(column));
  const images = Object.fromEntries(before.map(([column, type]) => [`before_${column}`, type]));
  const made: TableSchema = {
    physical: name,
    namespace,
    table,
    role,
    transactional,
    partitionKey: keys.slice(0, 1),
    clusteringKey: keys.slice(1),
    columns: transactional ? { ...columns, ...OWN, ...images } : columns,
    secondaryIndexes: [],
  };
  return made;
}

const ASSET: Record<string, ColumnType> = {
  id: "text",
  age: "int",
  argument: "text",
  contract_id: "text",
  hash: "blob",
  input: "text",
  output: "text",
  prev_hash: "blob",
  signature: "blob",
};

export function schemasOf(namespaces: readonly string[], hasRecords: boolean): readonly TableSchema[] {
  return [
    ...namespaces.flatMap((namespace) => [
      schema(assetTable(namespace), "asset", ["id", "age"], ASSET),
      schema(metadataTable(namespace), "asset_metadata", ["asset_id"], {
        asset_id: "text",
        latest_age: "int",
      }),
    ]),
    schema(STATE, "coordinator", ["tx_id"], {
      tx_id: "text",
      tx_state: "int",
      tx_created_at: "bigint",
      tx_child_ids: "text",
      tx_write_set: "blob",
    }),
    ...(hasRecords ? [schema(ACCOUNT, "record", ["owner"], { owner: "text", balance: "int" })] : []),
  ];
}

/** What a ledger writes of one age of an asset. */
export function assetColumns(
  key: Row,
  { id }: Attempt,
  parts: {
    readonly input: string;
    readonly balance: number;
    readonly previous: Row | undefined;
    readonly functions: boolean;
  },
): Row {
  const age = Buffer.alloc(4);
  age.writeInt32LE(Number(key["age"]));
  const output = `{"balance":${parts.balance}}`;
  const argument = `V2\u0001${id}\u0003${parts.functions ? "mirror" : ""}\u0003{}`;
  const signature = Buffer.from("00", "hex");
  const before = parts.previous?.["hash"] as Buffer | undefined;
  const text = Buffer.from(`${parts.input}${output}bob/1/pay${argument}`);
  const all = [Buffer.from(String(key["id"])), age, text, signature, before ?? Buffer.alloc(0)];
  return {
    argument,
    contract_id: "bob/1/pay",
    hash: hash("sha256", Buffer.concat(all), "buffer"),
    input: parts.input,
    output,
    ...(before && { prev_hash: before }),
    signature,
  };
}

const OWN_COLUMNS = Object.keys(OWN);

/** The row as a transaction prepares it over another one, or over none. */
export function preparedRow(
  key: Row,
  columns: Row | undefined,
  mark: { readonly id: string; readonly preparedMs: number; readonly over: Row | undefined },
): Row {
  const { over } = mark;
  const committed = over?.["tx_committed_at"];
  return {
    ...(columns === undefined ? imageOf(over, key) : { ...key, ...columns }),
    tx_id: mark.id,
    tx_state: columns === undefined ? DELETED : PREPARED,
    tx_version: Number(over?.["tx_version"] ?? 0) + 1,
    tx_prepared_at: mark.preparedMs,
    ...(committed !== undefined && { tx_committed_at: committed }),
    ...(over && beforeOf(over, key)),
  };
}

function imageOf(row: Row | undefined, key: Row): Row {
  const columns = Object.entries(row ?? {});
  return { ...key, ...Object.fromEntries(columns.filter(([name]) => !OWN_COLUMNS.includes(name))) };
}

function beforeOf(row: Row, key: Row): Row {
  const columns = Object.entries(row).filter(([name]) => !(name in key));
  return Object.fromEntries(columns.map(([name, value]) => [`before_${name}`, value]));
}

const BEFORE = "before_";

export function committedRow(row: Row, committedMs: number): Row {
  const columns = Object.entries(row).filter(([name]) => !name.startsWith(BEFORE));
  return { ...Object.fromEntries(columns), tx_state: COMMITTED, tx_committed_at: committedMs };
}

/** What is under a row in doubt; nothing where it was an insert. */
export function imageUnder(row: Row, key: Row): Row | undefined {
  if (row["before_tx_id"] === undefined) return undefined;
  const images = Object.entries(row).filter(([name]) => name.startsWith(BEFORE));
  return { ...key, ...Object.fromEntries(images.map(([name, value]) => [name.slice(BEFORE.length), value])) };
}

export function isInDoubt(row: Row | undefined): row is Row {
  return row?.["tx_state"] === PREPARED || row?.["tx_state"] === DELETED;
}
