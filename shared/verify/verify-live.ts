import { asker, type Workflow } from "../workflow/effect.ts";
import type { VerificationEffects } from "./effects.ts";
import type { VerificationReport } from "./report.ts";
import type { Scope } from "./scope.ts";
import { verification } from "./verification.ts";

export type LiveEffects = VerificationEffects & {
  /** What there is to read now. From then on what is written counts as in flight. */
  "scope-live": { input: object; answer: Scope };
};

const ask = asker<LiveEffects>();

/** The checks of restored copies on the live tables, to tell old damage from a bad restore. */
export function* verifyLive(): Workflow<VerificationReport> {
  const scope = yield* ask("scope-live", {});
  return yield* verification(scope);
}
