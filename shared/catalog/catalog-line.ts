import * as z from "zod";
import { COLLECTIONS } from "./store.ts";

const index = z.number().int().min(0);

/** One version of one record, or one entry of a journal: as log line, and as line of an exported catalog. */
export const RecordLine = z.looseObject({
  kind: z.literal("catalog-record"),
  collection: z.enum(COLLECTIONS),
  id: z.string(),
  /** Of several lines of one record, in whatever order they come, the highest is the newest. */
  revision: index,
  value: z.unknown(),
});
export type RecordLine = z.infer<typeof RecordLine>;

export const JournalLine = z.looseObject({
  kind: z.literal("catalog-journal"),
  run: z.string(),
  index,
  entry: z.unknown(),
});
export type JournalLine = z.infer<typeof JournalLine>;

/** A piece of a line that is too long for a log: all pieces of a `line` together are that line. */
export const PartLine = z.looseObject({
  kind: z.literal("catalog-part"),
  /** Unique for each line that was cut. */
  line: z.string(),
  /** What it is about, for people. */
  of: z.string(),
  part: index,
  parts: z.number().int().min(1),
  /** Base64 of the compressed line. */
  gzip: z.string(),
});
export type PartLine = z.infer<typeof PartLine>;

export const WholeLine = z.discriminatedUnion("kind", [RecordLine, JournalLine]);
export type WholeLine = z.infer<typeof WholeLine>;

export const CatalogLine = z.discriminatedUnion("kind", [RecordLine, JournalLine, PartLine]);
export type CatalogLine = z.infer<typeof CatalogLine>;

/** `"p-1" of "pauses"`, or `entry 3 of journal "r-1"`. */
export function aboutLine(line: WholeLine): string {
  return line.kind === "catalog-record"
    ? `"${line.id}" of "${line.collection}"`
    : `entry ${line.index} of journal "${line.run}"`;
}
