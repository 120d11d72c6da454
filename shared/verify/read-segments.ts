import { all, answerOf, type Effect, type Workflow } from "../workflow/effect.ts";
import type { ScanSegment } from "./effects.ts";
import type { Part, ScannedSegment } from "./part.ts";
import { scanInput } from "./scan-input.ts";
import type { Scope } from "./scope.ts";
import { planSegments } from "./segments.ts";

/** Reads everything in the scope once, in segments side by side, each by the effect that `reading` makes of it. */
export function* readSegments(
  scope: Scope,
  reading: (segment: ScanSegment) => Effect,
): Workflow<readonly ScannedSegment[]> {
  const scanned: ScannedSegment[] = [];
  for (const segments of planSegments(scope)) {
    const scans = segments.map((segment) => reading(scanInput(scope, segment, scanned)));
    const outcomes = yield* all<Part>(scans);
    scanned.push(...segments.map((segment, index) => ({ ...segment, part: answerOf(outcomes[index]) })));
  }
  return scanned;
}
