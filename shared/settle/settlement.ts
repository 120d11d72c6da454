import type { Change, Dropped } from "./change.ts";

/** Some of what is to be done, small enough for one record of the catalog. */
export interface SettlementPage {
  readonly changes: readonly Change[];
  readonly dropped: readonly Dropped[];
}

/** Most entries of a page, changes and dropped transactions together. */
export const PAGE_ENTRIES = 400;

/** What a settling comes to. Its pages were kept before this is answered: changes are on record before they are made. */
export interface Settlement {
  /** The instant, on the transactions' clocks, after which nothing is kept. */
  readonly keptUntilMs: number;
  readonly pages: number;
  readonly changes: number;
  /** Transactions of which the copy says that they committed, and which were dropped all the same. */
  readonly dropped: number;
  /** Transactions that the copy leaves in doubt, and which were rolled back. */
  readonly inDoubt: number;
  /** When the newest kept transaction committed. */
  readonly newestKeptMs?: number;
}

/** A page's name in the catalog; pages count from 0. */
export function pageId(run: string, page: number): string {
  return `${run}.settled-${String(page).padStart(5, "0")}`;
}
