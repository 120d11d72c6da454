import type { Value } from "../../../shared/verify/row-source.ts";
import type { Chance } from "../../../simulator/chance.ts";
import type { Item } from "./store.ts";

const TEXT = 7;
const INT = 3;

/** The records as ScalarDB's coordinator lists what a transaction wrote; newer writers say more of each entry. */
export function encodeWriteSet(items: readonly Item[], chance: Chance): Uint8Array {
  const entries = items.map((item) => field(2, entryOf(item, chance)));
  const groups = items.length === 0 ? [] : [field(1, Buffer.concat(entries))];
  return Buffer.concat([Buffer.from([0x08, 0x01]), field(2, Buffer.concat(groups))]);
}

function entryOf({ table, key }: Item, chance: Chance): Buffer {
  const [namespace = "", name = ""] = table.split(".");
  const [partition, ...clustering] = Object.entries(key);
  const kind = chance.pick([
    Buffer.alloc(0),
    Buffer.from([0x08, 0x01]),
    field(1, Buffer.from("participant")),
  ]);
  return Buffer.concat([
    kind,
    field(2, Buffer.from(namespace)),
    field(3, Buffer.from(name)),
    field(4, keyOf(partition === undefined ? [] : [partition])),
    ...(clustering.length === 0 ? [] : [field(5, keyOf(clustering))]),
  ]);
}

function keyOf(columns: readonly (readonly [string, Value])[]): Buffer {
  return Buffer.concat(
    columns.map(([name, value]) => {
      const holder =
        typeof value === "number"
          ? field(INT, Buffer.from([0x08, ...varint(value)]))
          : field(TEXT, field(1, Buffer.from(String(value))));
      return field(1, Buffer.concat([field(1, Buffer.from(name)), holder]));
    }),
  );
}

function field(number: number, bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.from([(number << 3) | 2, ...varint(bytes.length)]), bytes]);
}

function varint(value: number): readonly number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(value >>> 7)];
}
