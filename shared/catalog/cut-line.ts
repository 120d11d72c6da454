import { randomUUID } from "node:crypto";
import { gunzipSync, gzipSync } from "node:zlib";
import { aboutLine, type CatalogLine, type PartLine, type WholeLine } from "./catalog-line.ts";

/**
 * CloudWatch takes 256 KB in one event, and a host may wrap a line into JSON of its own, which escapes every quotation
 * mark in it. Base64 needs no escapes.
 */
const LONGEST_LINE_BYTES = 100_000;
const PART_CHARACTERS = 180_000;

/** The lines that fit into a log: one, or the numbered parts of it. */
export function cutLine(line: WholeLine): readonly CatalogLine[] {
  const text = JSON.stringify(line);
  if (Buffer.byteLength(text) <= LONGEST_LINE_BYTES) return [line];
  const gzip = gzipSync(text).toString("base64");
  const parts = Math.ceil(gzip.length / PART_CHARACTERS);
  const common = { kind: "catalog-part", line: randomUUID(), of: aboutLine(line), parts } as const;
  return Array.from({ length: parts }, (_, part) => ({
    ...common,
    part,
    gzip: gzip.slice(part * PART_CHARACTERS, (part + 1) * PART_CHARACTERS),
  }));
}

/** The line that was cut, from all of its parts in their order. Throws where they do not belong together. */
export function joinedLine(parts: readonly PartLine[]): unknown {
  return JSON.parse(
    gunzipSync(Buffer.from(parts.map(({ gzip }) => gzip).join(""), "base64")).toString("utf8"),
  );
}
