import type { Part, ScannedSegment, ScannedTable } from "./part.ts";
import type { CheckedTable, VerificationReport } from "./report.ts";
import type { Frame, Scope, ScopedTable } from "./scope.ts";

export interface ScanSegment {
  readonly frame: Frame;
  readonly table: ScopedTable;
  readonly segment: number;
  readonly segments: number;
  /** What signatures are checked with; empty but for tables with signed records. */
  readonly keys: readonly ScannedTable[];
}

export interface JudgeParts {
  readonly scope: Scope;
  readonly scanned: readonly ScannedSegment[];
  /** What the tables were read as before, in the order of the scope. */
  readonly like?: readonly CheckedTable[];
}

/** What a verification asks of the outside world. Every step can be carried out again, on any host. */
export type VerificationEffects = {
  /** Reads a segment of a table and leaves what is to be held against other rows as a part. */
  "scan-segment": { input: ScanSegment; answer: Part };
  /**
   * Judges what all parts hold together; a part that is gone or damaged is read again. Fails with `COPY_DIFFERS`
   * where tables are not `like` what was read before, once they were read again: a failure, so that a resumed run
   * reads again what somebody may have mended.
   */
  "judge-parts": { input: JudgeParts; answer: VerificationReport };
  /** Once they were judged and the judgement is on record. Parts that cannot be removed are left behind. */
  "remove-parts": { input: { readonly run: string }; answer: null };
};
