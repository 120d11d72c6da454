import { createHash } from "node:crypto";

/** A number in [0, 1) that is the same for the same words. */
export function seededFraction(...words: readonly (string | number)[]): number {
  return createHash("sha256").update(JSON.stringify(words)).digest().readUInt32BE(0) / 2 ** 32;
}

export interface Cut {
  readonly seed: string;
  readonly table: string;
}

/**
 * When exactly an item is cut, if its table is restored to a whole second. No vendor says which instant of the
 * second a restore means, nor that it is the same for all items: so each item has its own.
 */
export function instantInSecond({ seed, table }: Cut, keyText: string, secondMs: number): number {
  return secondMs + 1000 * seededFraction(seed, table, keyText, secondMs);
}

/** When an item is cut by an on-demand backup, which may miss what was written shortly before. */
export function instantOfDoubt(
  { seed, table }: Cut,
  keyText: string,
  requestedMs: number,
  doubtMs: number,
): number {
  return requestedMs - doubtMs * seededFraction(seed, table, keyText, requestedMs);
}
