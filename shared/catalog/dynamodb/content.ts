import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import type { Item } from "./keys.ts";

/** Short texts stay readable for people who look into the table. */
const LONGEST_PLAIN_BYTES = 4_096;
/** An item holds 400 KB, names and keys included; a request of this size is over in a moment on most lines. */
const PART_BYTES = 340_000;

const compress = promisify(gzip);
const decompress = promisify(gunzip);

/** A JSON value as items hold it: in the record's own attributes, or in parts of its own. */
export interface Content {
  readonly attributes: Item;
  readonly parts: readonly Uint8Array[];
}

export async function contentOf(value: unknown): Promise<Content> {
  const text = JSON.stringify(value);
  if (Buffer.byteLength(text) <= LONGEST_PLAIN_BYTES) return { attributes: { json: { S: text } }, parts: [] };
  const bytes = await compress(text);
  if (bytes.length <= PART_BYTES) return { attributes: { gzip: { B: bytes } }, parts: [] };
  const parts = Array.from({ length: Math.ceil(bytes.length / PART_BYTES) }, (_, index) =>
    bytes.subarray(index * PART_BYTES, (index + 1) * PART_BYTES),
  );
  return { attributes: { parts: { N: String(parts.length) } }, parts };
}

/** How many parts the value of a record or an entry lies in. */
export function partCount(item: Item): number {
  return Number(item["parts"]?.N ?? 0);
}

/** The value that lies in an item's own attributes. Throws where there is none that can be read. */
export async function ownValue({ json, gzip: bytes }: Item): Promise<unknown> {
  if (json?.S !== undefined) return JSON.parse(json.S);
  if (bytes?.B !== undefined) return valueOfParts([bytes.B]);
  throw new Error("it has no value");
}

export async function valueOfParts(parts: readonly Uint8Array[]): Promise<unknown> {
  return JSON.parse((await decompress(Buffer.concat(parts))).toString("utf8"));
}
