import type { ScanSegment } from "./effects.ts";
import type { ScannedSegment, ScannedTable } from "./part.ts";
import { holdsKeys, type Scope, type ScopedTable } from "./scope.ts";
import type { Segment } from "./segments.ts";

/** What reading a segment takes, with the keys that were read before where its records are signed. */
export function scanInput(
  scope: Scope,
  { place, segment, segments }: Segment,
  scanned: readonly ScannedSegment[],
): ScanSegment {
  const { run, subject, clocks, namespaces, tables } = scope;
  const table = tables[place] as ScopedTable;
  const keys = table.schema.role === "asset" ? scanned.flatMap((each) => keyTable(scope, each)) : [];
  return { frame: { run, subject, clocks, namespaces }, table, segment, segments, keys };
}

function keyTable({ tables }: Scope, { place, ...scanned }: ScannedSegment): readonly ScannedTable[] {
  const table = tables[place];
  return table !== undefined && holdsKeys(table) ? [{ ...scanned, table }] : [];
}
