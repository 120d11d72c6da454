import { asker, type Workflow } from "../../workflow/effect.ts";
import type { Phase, RestoreEffects } from "./effects.ts";

const ask = asker<RestoreEffects>();

/** Tells whoever watches which part of the work begins. */
export function* enter(phase: Phase): Workflow<void> {
  yield* ask("report", { event: { kind: "phase", phase } });
}
