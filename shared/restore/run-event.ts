import type { Proof } from "../verify/proof.ts";
import type { CheckedTable, VerificationReport } from "../verify/report.ts";
import type { Scope } from "../verify/scope.ts";
import { verification } from "../verify/verification.ts";
import { asker, type Workflow } from "../workflow/effect.ts";

/** What every restore tells while it is at work; told again when it is resumed. */
export type RunEvent<Phase extends string> =
  | { readonly kind: "phase"; readonly phase: Phase }
  | {
      readonly kind: "verified";
      readonly what: "copies" | "replaced";
      readonly proof: Proof["kind"];
      readonly rows: number;
    };

const ask = asker<{ report: { input: { event: RunEvent<string> }; answer: null } }>();

/** Tells which part of the work begins. */
export function entering<Phase extends string>() {
  return function* enter(phase: Phase): Workflow<void> {
    yield* ask("report", { event: { kind: "phase", phase } });
  };
}

/** Reads and judges what the scope names, and tells what came of it. */
export function* verified(
  scope: Scope,
  what: "copies" | "replaced" = "copies",
  like?: readonly CheckedTable[],
): Workflow<VerificationReport> {
  const report = yield* verification(scope, like);
  const rows = report.checked.tables.reduce((sum, table) => sum + table.rows, 0);
  yield* ask("report", { event: { kind: "verified", what, proof: report.proof.kind, rows } });
  return report;
}
