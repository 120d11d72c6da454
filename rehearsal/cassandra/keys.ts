import { invalid } from "./refusal.ts";
import type { Table } from "./schema.ts";
import type { RowUpdate, Timestamp, Update } from "./storage/rows.ts";
import type { Value } from "./value.ts";

const LONGEST_KEY_PART = 0xffff;

/** A key of several columns is each with its length in front and a zero behind. */
export function partitionKeyOf(parts: readonly Buffer[]): Buffer {
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) {
    if (only.length === 0) throw invalid("Key may not be empty");
    return only;
  }
  return Buffer.concat(
    parts.flatMap((part) => {
      if (part.length > LONGEST_KEY_PART)
        throw invalid(`Key length of ${part.length} is longer than maximum of 65535`);
      return [Buffer.of(part.length >> 8, part.length & 0xff), part, Buffer.of(0)];
    }),
  );
}

/** The values of the partition key's columns. */
export function keyParts({ partitionKey }: Pick<Table, "partitionKey">, key: Buffer): readonly Buffer[] {
  if (partitionKey.length === 1) return [key];
  const parts: Buffer[] = [];
  for (let at = 0; at < key.length; ) {
    const length = key.readUInt16BE(at);
    parts.push(key.subarray(at + 2, at + 2 + length));
    at += 3 + length;
  }
  return parts;
}

/** The insertion of a whole row, by the names of its columns. */
export function insertion(table: Table, values: Readonly<Record<string, Value>>, at: Timestamp): Update {
  const part = ({ name }: { readonly name: string }) => values[name] ?? Buffer.alloc(0);
  const keys = new Set([...table.partitionKey, ...table.clusteringKey].map(({ name }) => name));
  const others = Object.entries(values).filter(([name]) => !keys.has(name));
  const row: RowUpdate = {
    clustering: table.clusteringKey.map(part),
    inserted: at,
    cells: new Map(others.map(([name, value]) => [name, { at, value }])),
  };
  return { key: partitionKeyOf(table.partitionKey.map(part)), rows: [row] };
}
