import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { COORDINATOR_STATE } from "./ledger-tables.ts";
import type { Columns, Table } from "./table.ts";
import { blob } from "./value.ts";

/** The coordinator's table with the column that ScalarDB 3.19 adds where write sets are logged. */
export const COORDINATOR_STATE_WITH_WRITE_SETS: Table = {
  ...COORDINATOR_STATE,
  columns: { ...COORDINATOR_STATE.columns, tx_write_set: "blob" },
};

interface Written {
  readonly table: Table;
  readonly key: Columns;
}

const VERSION = Buffer.of(0x08, 0x01);
const TEXT = 7;
const INT = 3;

/** The records that a transaction wrote, by their keys alone, in the form of ScalarDB's `consensus_commit.proto`. */
export function writeSetOf(writes: readonly Written[]): AttributeValue {
  const entries = writes.map((write) => message(2, entryOf(write)));
  const groups = writes.length === 0 ? [] : [message(1, Buffer.concat(entries))];
  return blob(Buffer.concat([VERSION, message(2, Buffer.concat(groups))]));
}

function entryOf({ table, key }: Written): Buffer {
  const [namespace = "", name = ""] = table.name.split(".");
  const clustering = table.clusteringKey.length === 0 ? [] : [message(5, keyOf(table.clusteringKey, key))];
  return Buffer.concat([
    message(2, Buffer.from(namespace)),
    message(3, Buffer.from(name)),
    message(4, keyOf(table.partitionKey, key)),
    ...clustering,
  ]);
}

function keyOf(names: readonly string[], key: Columns): Buffer {
  return Buffer.concat(
    names.map((name) => message(1, Buffer.concat([message(1, Buffer.from(name)), columnValueOf(key[name])]))),
  );
}

/** Keys of a ledger are of these two types. */
function columnValueOf(value: AttributeValue | undefined): Buffer {
  if (value?.S !== undefined) return message(TEXT, message(1, Buffer.from(value.S)));
  return message(INT, Buffer.of(0x08, ...varint(Number(value?.N))));
}

function message(number: number, bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.of((number << 3) | 2, ...varint(bytes.length)), bytes]);
}

function varint(value: number): readonly number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(value >>> 7)];
}
