import { asker, type Workflow } from "../workflow/effect.ts";
import type { VerificationEffects } from "./effects.ts";
import { readSegments } from "./read-segments.ts";
import type { CheckedTable, VerificationReport } from "./report.ts";
import type { Scope } from "./scope.ts";

const ask = asker<VerificationEffects>();

/** Reads everything in the scope once, in segments side by side, and judges the whole. */
export function* verification(scope: Scope, like?: readonly CheckedTable[]): Workflow<VerificationReport> {
  const scanned = yield* readSegments(scope, (segment) => ask.effect("scan-segment", segment));
  const report = yield* ask("judge-parts", { scope, scanned, ...(like && { like }) });
  yield* ask("remove-parts", { run: scope.run });
  return report;
}
