import type { OpenSecret } from "./hmac-secret.ts";
import type { Parts } from "./parts.ts";
import type { Page } from "./row-source.ts";
import type { ScopedTable } from "./scope.ts";

/** What it takes to make parts, and to judge them. */
export interface Workroom {
  readonly parts: Parts;
  /** A folder for what does not fit in memory; left as it was found. */
  readonly scratchDir: string;
  /** Opens the sealed HMAC secrets; without it those signatures are counted as not checked. */
  readonly openSecret?: OpenSecret;
  read(table: ScopedTable, segment: number, segments: number): AsyncIterable<Page>;
}
