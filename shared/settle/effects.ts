import type { ScanSegment } from "../verify/effects.ts";
import type { Part, ScannedSegment } from "../verify/part.ts";
import type { QuietAsked, QuietFound } from "../verify/quiet-seconds.ts";
import type { Scope } from "../verify/scope.ts";
import type { Settlement } from "./settlement.ts";

interface Read {
  readonly scope: Scope;
  readonly scanned: readonly ScannedSegment[];
}

/** What settling asks of whoever reads rows. Every step can be carried out again, on any host. */
export type SettlingEffects = {
  /** Reads a segment of a copy, and keeps as a part what decides which transactions stand. */
  "scan-to-settle": { input: Omit<ScanSegment, "keys">; answer: Part };
  /**
   * Decides, by all parts, what stands, and keeps the pages of what is to be done. Fails with a code of its own where
   * the copy cannot be settled; then nothing was changed and nothing is kept. A part that is gone is read again.
   */
  "settle-parts": { input: Read; answer: Settlement };
  /** Which seconds were quiet, by the parts of a coordinator that was read by `scan-segment`. */
  "list-quiet": { input: Read & { readonly asked: QuietAsked }; answer: QuietFound };
};
