import { holdsKeys, type Scope, type ScopedTable } from "./scope.ts";

/** One of the disjoint pieces that a table is read in. */
export interface Segment {
  /** Of the table in its scope. */
  readonly place: number;
  readonly segment: number;
  readonly segments: number;
}

/** What one function reads well within its fifteen minutes, where the table's capacity lets it. */
export const SEGMENT_BYTES = 512 * 1024 * 1024;
/** In one verification: each is an operation of a durable execution, which has 3,000, and a restore verifies twice. */
export const MOST_SEGMENTS = 280;

/**
 * Places of the tables that are read side by side, phase after phase. Keys come before the records that they sign.
 * In live tables the coordinator comes last: it then knows of whatever was seen committed before, so that a
 * transaction under way is not taken for a torn one. Copies stand still.
 */
export function phasesOf({ subject, tables }: Scope): readonly (readonly number[])[] {
  const isLast = ({ schema }: ScopedTable) => subject.kind === "live" && schema.role === "coordinator";
  const phases: [number[], number[], number[]] = [[], [], []];
  for (const [place, table] of tables.entries())
    phases[holdsKeys(table) ? 0 : isLast(table) ? 2 : 1].push(place);
  return phases.filter((places) => places.length > 0);
}

/** The phases cut into segments: the same for the same scope, at least one to a table, within `MOST_SEGMENTS`. */
export function planSegments(scope: Scope): readonly (readonly Segment[])[] {
  const counts = segmentCounts(scope.tables);
  return phasesOf(scope).map((places) =>
    places.flatMap((place) => {
      const segments = counts[place] ?? 1;
      return Array.from({ length: segments }, (_, segment) => ({ place, segment, segments }));
    }),
  );
}

function segmentCounts(tables: readonly ScopedTable[]): readonly number[] {
  const total = tables.reduce((sum, { bytes }) => sum + bytes, 0);
  // Every table rounds up by less than one, so that what is left after one each is shared out by size.
  const rest = MOST_SEGMENTS - tables.length;
  if (rest <= 0) return tables.map(() => 1);
  const segmentBytes = Math.max(SEGMENT_BYTES, total / rest);
  return tables.map(({ bytes }) => Math.max(1, Math.ceil(bytes / segmentBytes)));
}
