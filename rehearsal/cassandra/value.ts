import type { CqlType } from "./cql-type.ts";
import { invalid } from "./refusal.ts";

/** A value as the protocol carries it; null is the absence of one. */
export type Value = Buffer | null;

export const textValue = (value: string): Buffer => Buffer.from(value, "utf8");
export const booleanValue = (value: boolean): Buffer => Buffer.of(value ? 1 : 0);
export const intValue = (value: number): Buffer => filled(4, (bytes) => bytes.writeInt32BE(value));
export const bigintValue = (value: bigint): Buffer => filled(8, (bytes) => bytes.writeBigInt64BE(value));
export const doubleValue = (value: number): Buffer => filled(8, (bytes) => bytes.writeDoubleBE(value));
export const inetValue = (address: string): Buffer => Buffer.from(address.split(".").map(Number));

export function uuidValue(uuid: string): Buffer {
  return Buffer.from(uuid.replaceAll("-", ""), "hex");
}

export function uuidText(value: Buffer): string {
  return value.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** A list or set as it is, a map as its keys and values in turn; counted by `count` entries. */
export function collectionValue(count: number, parts: readonly Buffer[]): Buffer {
  return Buffer.concat([intValue(count), ...parts.flatMap((part) => [intValue(part.length), part])]);
}

export function setValue(items: readonly string[]): Buffer {
  return collectionValue(items.length, items.map(textValue));
}

export function mapValue(entries: Readonly<Record<string, string>>): Buffer {
  const parts = Object.entries(entries).flat().map(textValue);
  return collectionValue(parts.length / 2, parts);
}

/** The texts of a set, list or map of texts, in its order. */
export function textsOf(value: Value | undefined): readonly string[] {
  if (!value) return [];
  const texts: string[] = [];
  for (let at = 4; at < value.length; ) {
    const length = value.readInt32BE(at);
    texts.push(value.toString("utf8", at + 4, at + 4 + length));
    at += 4 + length;
  }
  return texts;
}

export function mapOf(value: Value | undefined): Record<string, string> {
  const texts = textsOf(value);
  return Object.fromEntries(
    Array.from({ length: texts.length / 2 }, (_, at) => [texts[2 * at], texts[2 * at + 1]]),
  );
}

/** A number literal, as a value of the type that its place wants. */
export function numberValue(type: CqlType, text: string): Buffer {
  const name = type.kind === "native" ? type.name : "blob";
  switch (name) {
    case "int":
      return intValue(whole(text, 32, type));
    case "smallint":
      return filled(2, (bytes) => bytes.writeInt16BE(whole(text, 16, type)));
    case "tinyint":
      return filled(1, (bytes) => bytes.writeInt8(whole(text, 8, type)));
    case "bigint":
    case "timestamp":
    case "time":
      return bigintValue(wholeBig(text, type));
    case "double":
      return doubleValue(Number(text));
    case "float":
      return filled(4, (bytes) => bytes.writeFloatBE(Number(text)));
    default:
      throw invalid(`Invalid INTEGER constant (${text}) of type ${type.text}`);
  }
}

function whole(text: string, bits: number, type: CqlType): number {
  const value = wholeBig(text, type);
  if (BigInt.asIntN(bits, value) !== value) throw invalid(`Unable to make ${type.text} from '${text}'`);
  return Number(value);
}

function wholeBig(text: string, type: CqlType): bigint {
  if (!/^-?\d+$/.test(text)) throw invalid(`Invalid FLOAT constant (${text}) of type ${type.text}`);
  const value = BigInt(text);
  if (BigInt.asIntN(64, value) !== value) throw invalid(`Unable to make ${type.text} from '${text}'`);
  return value;
}

function filled(size: number, fill: (bytes: Buffer) => void): Buffer {
  const bytes = Buffer.alloc(size);
  fill(bytes);
  return bytes;
}
