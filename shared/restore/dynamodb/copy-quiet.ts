import { StillpointError } from "../../errors/stillpoint-error.ts";
import { secondText } from "../../verify/time-text.ts";
import { asker, type Workflow } from "../../workflow/effect.ts";
import { type Copies, copyAndVerify, type NotUsed } from "./copies.ts";
import { deleteTemporaries } from "./delete-copies.ts";
import type { RestoreEffects } from "./effects.ts";
import { enter } from "./enter.ts";
import { keepOnlyCopies } from "./keep-only-copies.ts";
import type { DynamodbPlan } from "./plan.ts";
import { triesOf } from "./tries.ts";

const ask = asker<RestoreEffects>();

/**
 * Step A at one quiet second after the other, until the copies of one are proven. Nobody paused: what is not proven is
 * worth no more than any other second, so that its copies go again.
 */
export function* copyQuiet(plan: DynamodbPlan): Workflow<Copies> {
  const notUsed: NotUsed[] = [];
  for (const { atSecond, plan: attempt } of triesOf(plan)) {
    const copied = yield* copyAndVerify(attempt);
    const { proof } = copied.copies;
    if (proof.kind === "proven") {
      yield* ask("record-proven", { plan, atSecond });
      return notUsed.length === 0 ? copied : { ...copied, notUsed };
    }
    yield* ask("report", { event: { kind: "not-quiet", atSecond, reason: proof.reason } });
    notUsed.push({ atSecond, proof: proof.kind, reason: proof.reason });
    yield* enter("clean-up");
    yield* keepOnlyCopies(plan.run, plan, "RESTORE_BLOCKED");
    yield* deleteTemporaries(attempt);
  }
  const failed = notUsed.map(({ atSecond, reason }) => `${secondText(atSecond)}: ${reason}`).join("; ");
  throw new StillpointError(
    "NO_QUIET_SECOND",
    `none of the ${notUsed.length} quiet seconds of point "${plan.point}" was proven by its copies (${failed}); the copies are deleted again, and the original tables were not touched`,
  );
}
