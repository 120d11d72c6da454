import type { ScopedTable } from "./scope.ts";
import type { Segment } from "./segments.ts";
import type { TableDigest } from "./table-digest.ts";

/** What the reading of one segment left behind in the store of parts, and what it counted. */
export interface Part extends TableDigest {
  /** Of the part as it is kept; also its name there, so that a part is never overwritten by another one. */
  readonly sha256: string;
  readonly bytes: number;
}

/** A segment that was read, by its table's place in the scope. */
export interface ScannedSegment extends Segment {
  readonly part: Part;
}

/** The same, complete in itself. */
export interface ScannedTable extends Omit<ScannedSegment, "place"> {
  readonly table: ScopedTable;
}

export function partName(run: string, { sha256 }: Part): string {
  return `${run}/${sha256}`;
}
