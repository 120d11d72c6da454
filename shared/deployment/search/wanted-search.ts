import type { Direction } from "../../restore/search/span.ts";

export interface WantedSearch {
  /** A second of the database's clock; `latest`: as near to now as all tables cover. */
  readonly nearest: number | "latest";
  readonly direction: Direction;
  /** As with `Wanted`. */
  readonly run?: string;
  readonly request?: string;
}
