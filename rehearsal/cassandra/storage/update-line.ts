import type { Partition, RowUpdate, Timestamp, Update } from "./rows.ts";

interface RowLine {
  readonly c: readonly string[];
  readonly i?: Timestamp;
  readonly d?: Timestamp;
  readonly v: readonly (readonly [string, Timestamp, string | null])[];
}

interface UpdateLine {
  readonly k: string;
  readonly d?: Timestamp;
  readonly r: readonly RowLine[];
}

/** An update as one line of JSON, the same in data files and in the commit log. Bytes are in base64. */
export function lineOf({ key, deleted, rows }: Update): UpdateLine {
  return {
    k: key.toString("base64"),
    ...(isTime(deleted) && { d: deleted }),
    r: rows.map(({ clustering, inserted, deleted: gone, cells }) => ({
      c: clustering.map((part) => part.toString("base64")),
      ...(isTime(inserted) && { i: inserted }),
      ...(isTime(gone) && { d: gone }),
      v: [...cells].map(([name, { at, value }]) => [name, at, value?.toString("base64") ?? null] as const),
    })),
  };
}

export function updateOf(line: UpdateLine): Update {
  return {
    key: Buffer.from(line.k, "base64"),
    ...(line.d !== undefined && { deleted: line.d }),
    rows: line.r.map(rowOf),
  };
}

export function updateOfPartition({ key, deleted, rows }: Partition): Update {
  return { key, deleted, rows: [...rows.values()] };
}

export function parseLine(text: string): UpdateLine & { readonly t?: string } {
  return JSON.parse(text) as UpdateLine & { readonly t?: string };
}

function rowOf({ c, i, d, v }: RowLine): RowUpdate {
  return {
    clustering: c.map((part) => Buffer.from(part, "base64")),
    ...(i !== undefined && { inserted: i }),
    ...(d !== undefined && { deleted: d }),
    cells: new Map(
      v.map(([name, at, value]) => [
        name,
        { at, value: value === null ? null : Buffer.from(value, "base64") },
      ]),
    ),
  };
}

function isTime(time: Timestamp | undefined): time is Timestamp {
  return time !== undefined && Number.isFinite(time);
}
