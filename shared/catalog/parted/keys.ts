import { createHash } from "node:crypto";
import type { Collection } from "../store.ts";
import type { Key } from "./item-table.ts";

/** A sort key of DynamoDB holds 1,024 bytes; longer ids are cut and made unique by a digest. */
const LONGEST_BYTES = 900;
const KEPT_CHARACTERS = 200;
const INDEX_DIGITS = 10;

/**
 * A text for any id that survives UTF-8: lone surrogates are escaped as in JSON, the usual ids stay as they are.
 * The very id can be read from it again.
 */
export function textOfId(id: string): string {
  return JSON.stringify(id).slice(1, -1);
}

export function idOfText(text: string): string {
  return JSON.parse(`"${text}"`) as string;
}

function keyText(id: string): string {
  const text = textOfId(id);
  // No id has a bare quotation mark in its text.
  if (text === "") return '""';
  if (Buffer.byteLength(text) <= LONGEST_BYTES) return text;
  return `${text.slice(0, KEPT_CHARACTERS).toWellFormed()}~${createHash("sha256").update(text).digest("hex")}`;
}

export function recordKey(collection: Collection, id: string): Key {
  return { pk: collection, sk: keyText(id) };
}

/** Stands beside an open record for as long as it is open, so that those can be found without the closed ones. */
export function markerKey(collection: Collection, id: string): Key {
  return { pk: markersOf(collection), sk: keyText(id) };
}

export function markersOf(collection: Collection): string {
  return `${collection}/open`;
}

export function journalOf(run: string): string {
  return `journals/${keyText(run)}`;
}

export function entryKey(run: string, index: number): Key {
  return { pk: journalOf(run), sk: numbered(index) };
}

const PARTS = "parts/";

/** A partition for each value: parts of large ones are written and read side by side. */
export function partsOf(token: string): string {
  return `${PARTS}${token}`;
}

export function isPartsPartition(pk: string): boolean {
  return pk.startsWith(PARTS);
}

export function partKey(token: string, index: number): Key {
  return { pk: partsOf(token), sk: numbered(index) };
}

/** Parts that no record points at: yet, or any more. */
export const LEFTOVERS = "leftovers";

export function leftoverKey(token: string, state: "draft" | "dropped"): Key {
  return { pk: LEFTOVERS, sk: `${state}-${token}` };
}

export function indexOfKey({ sk }: Key): number {
  return Number(sk);
}

function numbered(index: number): string {
  return String(index).padStart(INDEX_DIGITS, "0");
}
