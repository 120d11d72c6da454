import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import { bytesIn, type Item, numberIn, textIn } from "./item-table.ts";

/** Short texts stay readable for people who look into the table. */
const LONGEST_PLAIN_BYTES = 4_096;
/** An item of DynamoDB holds 400 KB, names and keys included; a request of this size is over in a moment on most lines. */
const PART_BYTES = 340_000;

const compress = promisify(gzip);
const decompress = promisify(gunzip);

/** A JSON value as items hold it: in the record's own attributes, or in parts of its own. */
export interface Content {
  readonly attributes: Readonly<Record<string, string | number | Uint8Array>>;
  readonly parts: readonly Uint8Array[];
}

export async function contentOf(value: unknown): Promise<Content> {
  const text = JSON.stringify(value);
  if (Buffer.byteLength(text) <= LONGEST_PLAIN_BYTES) return { attributes: { json: text }, parts: [] };
  const bytes = await compress(text);
  if (bytes.length <= PART_BYTES) return { attributes: { gzip: bytes }, parts: [] };
  const parts = Array.from({ length: Math.ceil(bytes.length / PART_BYTES) }, (_, index) =>
    bytes.subarray(index * PART_BYTES, (index + 1) * PART_BYTES),
  );
  return { attributes: { parts: parts.length }, parts };
}

/** How many parts the value of a record or an entry lies in. */
export function partCount(item: Item): number {
  return numberIn(item, "parts");
}

/** The value that lies in an item's own attributes. Throws where there is none that can be read. */
export async function ownValue(item: Item): Promise<unknown> {
  const [json, bytes] = [textIn(item, "json"), bytesIn(item, "gzip")];
  if (json !== undefined) return JSON.parse(json);
  if (bytes !== undefined) return valueOfParts([bytes]);
  throw new Error("it has no value");
}

export async function valueOfParts(parts: readonly Uint8Array[]): Promise<unknown> {
  return JSON.parse((await decompress(Buffer.concat(parts))).toString("utf8"));
}
