import { StillpointError } from "../../../errors/stillpoint-error.ts";
import { isHopeless } from "../../../verify/obstacle.ts";
import type { Proof } from "../../../verify/proof.ts";
import { secondText } from "../../../verify/time-text.ts";
import { asker, type Workflow } from "../../../workflow/effect.ts";
import { type Copies, copyAndVerify, type NotUsed } from "../copies.ts";
import { deleteTemporaries } from "../delete-copies.ts";
import type { RestoreEffects } from "../effects.ts";
import { enter } from "../enter.ts";
import { keepOnlyCopies } from "../keep-only-copies.ts";
import type { DynamodbPlan } from "../plan.ts";
import { triesOf } from "./tries.ts";

const ask = asker<RestoreEffects>();

/** A second whose copies were not proven. */
interface Failed {
  readonly atSecond: number;
  readonly proof: Exclude<Proof, { kind: "proven" }>;
}

/**
 * Step A at one quiet second after the other, until the copies of one are proven. Nobody paused: what is not proven is
 * worth no more than any other second, so that its copies go again. Seconds whose copies would surely show what those
 * of an earlier try have shown are passed over.
 */
export function* copyQuiet(plan: DynamodbPlan): Workflow<Copies> {
  const failed: Failed[] = [];
  for (const { atSecond, plan: attempt } of triesOf(plan)) {
    if (failed.some((one) => showsTheSame(atSecond, one))) continue;
    const copied = yield* copyAndVerify(attempt);
    const { proof } = copied.copies;
    if (proof.kind === "proven") {
      yield* ask("record-proven", { plan, atSecond });
      return failed.length === 0 ? copied : { ...copied, notUsed: failed.map(toNotUsed) };
    }
    yield* ask("report", { event: { kind: "not-quiet", atSecond, reason: proof.reason } });
    failed.push({ atSecond, proof });
    yield* enter("clean-up");
    yield* keepOnlyCopies(plan.run, plan, "RESTORE_BLOCKED");
    yield* deleteTemporaries(attempt);
  }
  throw noneProven(plan, failed);
}

function toNotUsed({ atSecond, proof: { kind, reason } }: Failed): NotUsed {
  return { atSecond, proof: kind, reason };
}

function showsTheSame(atSecond: number, { atSecond: triedSecond, proof }: Failed): boolean {
  return proof.kind === "unproven" && isHopeless(atSecond, { lasting: proof.lasting, triedSecond });
}

function noneProven(plan: DynamodbPlan, failed: readonly Failed[]): StillpointError {
  const told = failed.map(({ atSecond, proof }) => `${secondText(atSecond)}: ${proof.reason}`).join("; ");
  const passedOver = triesOf(plan).length - failed.length;
  const rest =
    passedOver === 0
      ? ""
      : `; ${passedOver} more would show the same and were not tried, since this is not of one second`;
  return new StillpointError(
    "NO_QUIET_SECOND",
    `none of the quiet seconds of point "${plan.point}" was proven by its copies (${told}${rest}); the copies are deleted again, and the original tables were not touched`,
  );
}
