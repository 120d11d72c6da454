import type { Row, RowSource, TableRole, TableSchema } from "./row-source.ts";
import { addDigests, digestText, type TableDigest } from "./table-digest.ts";

export interface Reading {
  readonly source: RowSource;
  readonly table: TableSchema;
}

export interface Parallelism {
  /** Parts that each table is cut into. */
  readonly segments: number;
  /** Parts read at a time. */
  readonly parallel: number;
}

export const DEFAULT_PARALLELISM: Parallelism = { segments: 4, parallel: 4 };

/**
 * Keys before the records that they sign. The coordinator last: in live tables it then knows of whatever was seen
 * committed before, so that a transaction under way is not taken for a torn one.
 */
const PHASES: readonly (readonly TableRole[])[] = [
  ["certificate", "secret", "contract"],
  ["asset_metadata", "asset", "record", "other"],
  ["coordinator"],
];

/** Reads every table once, some segments at a time, and answers their digests in the order given. */
export async function readTables(
  readings: readonly Reading[],
  how: Parallelism,
  take: (reading: Reading, rows: readonly Row[]) => void,
): Promise<readonly TableDigest[]> {
  const digests = new Map<Reading, TableDigest>();
  for (const roles of PHASES) {
    const phase = readings.filter(({ table }) => roles.includes(table.role));
    await readPhase(phase, how, take, digests);
  }
  return readings.map((reading) => digests.get(reading) ?? EMPTY);
}

const EMPTY: TableDigest = { count: 0, digest: digestText(0n) };

async function readPhase(
  readings: readonly Reading[],
  how: Parallelism,
  take: (reading: Reading, rows: readonly Row[]) => void,
  digests: Map<Reading, TableDigest>,
): Promise<void> {
  const sums = new Map(readings.map((reading) => [reading, { count: 0, digest: 0n }]));
  const parts = readings.flatMap((reading) =>
    Array.from({ length: how.segments }, (_, segment) => ({ reading, segment })),
  );
  const queue = parts.values();
  const worker = async () => {
    for (const { reading, segment } of queue) {
      for await (const page of reading.source.scan(reading.table, segment, how.segments)) {
        const sum = sums.get(reading) ?? { count: 0, digest: 0n };
        sums.set(reading, {
          count: sum.count + page.rows.length,
          digest: addDigests(sum.digest, page.digest),
        });
        take(reading, page.rows);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(how.parallel, parts.length) }, worker));
  for (const [reading, { count, digest }] of sums)
    digests.set(reading, { count, digest: digestText(digest) });
}
