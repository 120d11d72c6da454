import { randomUUID } from "node:crypto";
import { gunzipSync, gzipSync } from "node:zlib";
import { aboutLine, type CatalogLine, type PartLine, type WholeLine } from "./catalog-line.ts";

/** How much a log takes in one line, and of base64 in one part: base64 needs no escapes. */
export interface LineLimits {
  readonly lineBytes: number;
  readonly partCharacters: number;
}

/**
 * CloudWatch takes 256 KB in one event, and a host may wrap a line into JSON of its own, which escapes every quotation
 * mark in it.
 */
const CLOUDWATCH_LIMITS: LineLimits = { lineBytes: 100_000, partCharacters: 180_000 };

/** Application Insights cuts a message off after 32,768 characters. */
export const APPLICATION_INSIGHTS_LIMITS: LineLimits = { lineBytes: 30_000, partCharacters: 30_000 };

/** The lines that fit into a log: one, or the numbered parts of it. */
export function cutLine(
  line: WholeLine,
  { lineBytes, partCharacters }: LineLimits = CLOUDWATCH_LIMITS,
): readonly CatalogLine[] {
  const text = JSON.stringify(line);
  if (Buffer.byteLength(text) <= lineBytes) return [line];
  const gzip = gzipSync(text).toString("base64");
  const parts = Math.ceil(gzip.length / partCharacters);
  const common = { kind: "catalog-part", line: randomUUID(), of: aboutLine(line), parts } as const;
  return Array.from({ length: parts }, (_, part) => ({
    ...common,
    part,
    gzip: gzip.slice(part * partCharacters, (part + 1) * partCharacters),
  }));
}

/** The line that was cut, from all of its parts in their order. Throws where they do not belong together. */
export function joinedLine(parts: readonly PartLine[]): unknown {
  return JSON.parse(
    gunzipSync(Buffer.from(parts.map(({ gzip }) => gzip).join(""), "base64")).toString("utf8"),
  );
}
