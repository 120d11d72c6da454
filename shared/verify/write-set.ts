import { keyText } from "./row.ts";
import type { Value } from "./row-source.ts";

/** A record that a transaction wrote, as the coordinator's `tx_write_set` lists it. */
export interface WrittenRecord {
  readonly table: string;
  readonly key: string;
  /** Child part of the transaction's id, where the row is a group commit's. */
  readonly child: string | undefined;
}

// The one wire format that is read by hand here: five fixed messages of ScalarDB's `consensus_commit.proto`.
const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;

const VERSION = 1;

interface Field {
  readonly number: number;
  readonly value: bigint | Uint8Array;
}

/** `undefined` where it is of a newer kind, or a key is of a type that databases keep in forms of their own. */
export function writtenRecordsOf(writeSet: Uint8Array): readonly WrittenRecord[] | undefined {
  try {
    const fields = fieldsOf(writeSet);
    const groups = message(fields, 2);
    if (groups === undefined || versionOf(fields) > VERSION) return undefined;
    return fieldsOf(groups).flatMap(({ number, value }) => {
      if (number !== 1) throw new RangeError(`a list of groups has no field ${number}`);
      return groupOf(fieldsOf(value as Uint8Array));
    });
  } catch {
    return undefined;
  }
}

/** The first version may leave its number out. */
function versionOf(fields: readonly Field[]): number {
  return Number(fields.find(({ number }) => number === 1)?.value ?? VERSION);
}

function groupOf(group: readonly Field[]): readonly WrittenRecord[] {
  const child = text(message(group, 1));
  const entries = group.filter(({ number }) => number === 2);
  return entries.map(({ value }) => {
    const entry = fieldsOf(value as Uint8Array);
    const parts = [...keyPartsOf(message(entry, 4)), ...keyPartsOf(message(entry, 5))];
    if (parts.length === 0) throw new RangeError("an entry names no record");
    return { table: `${text(message(entry, 2))}.${text(message(entry, 3))}`, key: keyText(parts), child };
  });
}

function keyPartsOf(key: Uint8Array | undefined): readonly Value[] {
  if (key === undefined) return [];
  return fieldsOf(key).map(({ value }) => columnValueOf(fieldsOf(value as Uint8Array)));
}

/** Values of the types that every database keeps alike; dates and times are not among them. */
function columnValueOf(column: readonly Field[]): Value {
  const holder = column.find(({ number }) => number > 1);
  if (holder === undefined) return null;
  const [inner] = fieldsOf(holder.value as Uint8Array);
  switch (holder.number) {
    case 2:
      return inner?.value === 1n;
    case 3:
    case 4:
      return Number(BigInt.asIntN(64, (inner?.value as bigint | undefined) ?? 0n));
    case 7:
      return text(inner?.value as Uint8Array | undefined) ?? "";
    case 8:
      return (inner?.value as Uint8Array | undefined) ?? new Uint8Array();
    default:
      throw new RangeError(`a key column of kind ${holder.number} is not compared`);
  }
}

function message(fields: readonly Field[], number: number): Uint8Array | undefined {
  return fields.find((field) => field.number === number)?.value as Uint8Array | undefined;
}

function text(bytes: Uint8Array | undefined): string | undefined {
  return bytes === undefined ? undefined : Buffer.from(bytes).toString("utf8");
}

function fieldsOf(bytes: Uint8Array): readonly Field[] {
  const fields: Field[] = [];
  const reader = { bytes, at: 0 };
  while (reader.at < bytes.length) {
    const tag = Number(varint(reader));
    fields.push({ number: tag >> 3, value: fieldValueOf(reader, tag & 7) });
  }
  return fields;
}

interface Reader {
  readonly bytes: Uint8Array;
  at: number;
}

function fieldValueOf(reader: Reader, wireType: number): bigint | Uint8Array {
  switch (wireType) {
    case VARINT:
      return varint(reader);
    case BYTES:
      return take(reader, Number(varint(reader)));
    case FIXED64:
      return take(reader, 8);
    case FIXED32:
      return take(reader, 4);
    default:
      throw new RangeError(`wire type ${wireType} is not of this format`);
  }
}

function take(reader: Reader, length: number): Uint8Array {
  if (reader.at + length > reader.bytes.length) throw new RangeError("the write set ends too early");
  const taken = reader.bytes.subarray(reader.at, reader.at + length);
  reader.at += length;
  return taken;
}

function varint(reader: Reader): bigint {
  let value = 0n;
  for (let shift = 0n; shift < 70n; shift += 7n) {
    const byte = reader.bytes[reader.at];
    if (byte === undefined) throw new RangeError("the write set ends too early");
    reader.at += 1;
    value |= BigInt(byte & 0x7f) << shift;
    if (byte < 0x80) return value;
  }
  throw new RangeError("a number of the write set is too long");
}
