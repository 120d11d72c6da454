import { invalid } from "./refusal.ts";

/** The protocol's code of each type without parameters. */
const CODES = {
  ascii: 0x01,
  bigint: 0x02,
  blob: 0x03,
  boolean: 0x04,
  double: 0x07,
  float: 0x08,
  int: 0x09,
  timestamp: 0x0b,
  uuid: 0x0c,
  text: 0x0d,
  timeuuid: 0x0f,
  inet: 0x10,
  date: 0x11,
  time: 0x12,
  smallint: 0x13,
  tinyint: 0x14,
} as const;

export type NativeName = keyof typeof CODES;

export type CqlType =
  | { readonly kind: "native"; readonly name: NativeName; readonly text: string }
  | { readonly kind: "list" | "set"; readonly of: CqlType; readonly text: string }
  | { readonly kind: "map"; readonly key: CqlType; readonly value: CqlType; readonly text: string };

const COLLECTION_CODES = { list: 0x20, map: 0x21, set: 0x22 } as const;

/** Bytes that a value of the type has; any number where it is not listed. */
const SIZES: Partial<Record<NativeName, number>> = {
  bigint: 8,
  boolean: 1,
  double: 8,
  float: 4,
  int: 4,
  timestamp: 8,
  uuid: 16,
  timeuuid: 16,
  date: 4,
  time: 8,
  smallint: 2,
  tinyint: 1,
};

export function native(name: NativeName): CqlType {
  return { kind: "native", name, text: name };
}

/** A type as CQL spells it, such as `frozen<map<text, text>>`. */
export function typeOf(text: string): CqlType {
  const spelled = text.trim();
  const [, outer = "", inner = ""] = /^(\w+)\s*<(.*)>$/.exec(spelled) ?? [];
  switch (outer.toLowerCase()) {
    case "":
      return native(nativeName(spelled));
    case "frozen":
      return { ...typeOf(inner), text: spelled };
    case "list":
    case "set":
      return { kind: outer.toLowerCase() as "list" | "set", of: typeOf(inner), text: spelled };
    case "map": {
      const comma = inner.indexOf(",");
      const [key, value] = [typeOf(inner.slice(0, comma)), typeOf(inner.slice(comma + 1))];
      return { kind: "map", key, value, text: spelled };
    }
    default:
      throw invalid(`Unknown type ${spelled}`);
  }
}

function nativeName(spelled: string): NativeName {
  const name = spelled.toLowerCase() === "varchar" ? "text" : spelled.toLowerCase();
  if (name in CODES) return name as NativeName;
  throw invalid(`Unknown type ${spelled}`);
}

/** The `[option]` by which the protocol describes a type. */
export function optionOf(type: CqlType): Buffer {
  if (type.kind === "native") return short(CODES[type.name]);
  const parts = type.kind === "map" ? [type.key, type.value] : [type.of];
  return Buffer.concat([short(COLLECTION_CODES[type.kind]), ...parts.map(optionOf)]);
}

function short(value: number): Buffer {
  return Buffer.of(value >> 8, value & 0xff);
}

/** Refuses bytes that no value of the type has. */
export function checkBytes(type: CqlType, value: Buffer): void {
  if (type.kind !== "native") return;
  const size = SIZES[type.name];
  if (size !== undefined && value.length !== size)
    throw invalid(`Expected ${size} or 0 byte ${type.name} (${value.length})`);
}

/** Order of a type's values, as clustering columns and conditions have it. */
export function compareValues(type: CqlType, one: Buffer, other: Buffer): number {
  const isNumber = type.kind === "native" && one.length > 0 && other.length > 0;
  const reader = isNumber ? NUMBERS[type.name] : undefined;
  if (reader === undefined) return Buffer.compare(one, other);
  const [a, b] = [reader(one), reader(other)];
  return a < b ? -1 : a > b ? 1 : 0;
}

const NUMBERS: Partial<Record<NativeName, (value: Buffer) => number | bigint>> = {
  bigint: (value) => value.readBigInt64BE(),
  double: (value) => value.readDoubleBE(),
  float: (value) => value.readFloatBE(),
  int: (value) => value.readInt32BE(),
  timestamp: (value) => value.readBigInt64BE(),
  date: (value) => value.readUInt32BE(),
  time: (value) => value.readBigInt64BE(),
  smallint: (value) => value.readInt16BE(),
  tinyint: (value) => value.readInt8(),
};
