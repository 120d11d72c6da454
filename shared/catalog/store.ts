import type { Failure } from "../errors/stillpoint-error.ts";

/** Version of a stored record, for conditional writes: its revision, and after a dot whatever the store needs. */
export type Version = string;

/** Grows with every write of a record, so that of two versions of it the newer can be told. */
export function revisionOf(version: Version): number {
  return Number.parseInt(version, 10);
}

export interface Stored {
  readonly id: string;
  readonly value: unknown;
  readonly version: Version;
}

/** One damaged record does not hide the others: a sweep unpauses what it can read of, and names the rest. */
export interface Listing {
  readonly records: readonly Stored[];
  readonly damaged: readonly Failure[];
}

export const COLLECTIONS = [
  "leases",
  "pauses",
  "points",
  "runs",
  "sweeps",
  "requests",
  "settlements",
] as const;
export type Collection = (typeof COLLECTIONS)[number];

/**
 * Where the catalog is kept: small JSON records with conditional writes, and append-only journals. Every store
 * passes the contract suite in test/catalog. Failures are `CATALOG_UNREADABLE`, `CATALOG_DAMAGED` or, where a
 * condition does not hold, `CATALOG_CONFLICT`.
 */
export interface Store {
  read(collection: Collection, id: string): Promise<Stored | undefined>;

  /** All records of a collection, ordered by id as strings are compared in JavaScript. */
  list(collection: Collection): Promise<Listing>;

  /**
   * Those of the records that `isOpen` says are open, none missing that was written before the question. What it costs
   * to find them need not grow with those that are closed.
   */
  listOpen(collection: Collection): Promise<Listing>;

  /**
   * Writes a record durably if it is still at version `expected`, or does not exist yet (`absent`).
   * Two processes that write at once: exactly one succeeds, the other gets `CATALOG_CONFLICT`.
   */
  write(collection: Collection, id: string, value: unknown, expected: Version | "absent"): Promise<Version>;

  /**
   * Appends entry number `index` (from 0, without gaps) to a journal, durably. An index that is there already
   * is `CATALOG_CONFLICT`: another process is running the same run.
   */
  append(journal: string, index: number, entry: unknown): Promise<void>;

  /** All entries of a journal, in order. An entry cut short by a crash at the very end is left out. */
  journal(journal: string): Promise<readonly unknown[]>;
}
