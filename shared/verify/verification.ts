import { all, answerOf, asker, type Workflow } from "../workflow/effect.ts";
import type { VerificationEffects } from "./effects.ts";
import type { Part, ScannedSegment } from "./part.ts";
import type { CheckedTable, VerificationReport } from "./report.ts";
import { scanInput } from "./scan-input.ts";
import type { Scope } from "./scope.ts";
import { planSegments } from "./segments.ts";

const ask = asker<VerificationEffects>();

/** Reads everything in the scope once, in segments side by side, and judges the whole. */
export function* verification(scope: Scope, like?: readonly CheckedTable[]): Workflow<VerificationReport> {
  const scanned: ScannedSegment[] = [];
  for (const segments of planSegments(scope)) {
    const scans = segments.map((segment) => ask.effect("scan-segment", scanInput(scope, segment, scanned)));
    const outcomes = yield* all<Part>(scans);
    scanned.push(...segments.map((segment, index) => ({ ...segment, part: answerOf(outcomes[index]) })));
  }
  const report = yield* ask("judge-parts", { scope, scanned, ...(like && { like }) });
  yield* ask("remove-parts", { run: scope.run });
  return report;
}
