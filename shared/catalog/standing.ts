import type { Collection, Listing } from "./store.ts";

/**
 * Whether a sweep must look after a record: every pause that is not known to be closed, whatever else is in it. Told
 * by the value, so that nobody who writes a pause, be it an import, can forget to say so.
 */
export function isOpen(collection: Collection, value: unknown): boolean {
  return collection === "pauses" && (value as { state?: unknown } | null)?.state !== "closed";
}

/** Of a whole listing, for stores that have no better way to find them. */
export function openOf(collection: Collection, { records, damaged }: Listing): Listing {
  return { records: records.filter(({ value }) => isOpen(collection, value)), damaged };
}
