import type { PauseRecord, Verdict } from "../catalog/model.ts";
import { addressOf } from "../pause/instance.ts";
import { all, asker, type Outcome, type Workflow } from "../workflow/effect.ts";
import type { BackupInput } from "./backup-input.ts";
import type { BackupResult } from "./backup-result.ts";
import type { BackupEffects } from "./effects.ts";
import type { Evidence } from "./evidence.ts";
import type { Judgement } from "./judgement.ts";
import type { Prepared } from "./prepare.ts";
import { reportPoint, restorePoint } from "./restore-point.ts";

const ask = asker<BackupEffects>();

/** Writes down what came of it, the verdict first: what is in no catalog cannot be relied on. */
export function* conclude(
  input: BackupInput,
  prepared: Prepared,
  record: PauseRecord,
  evidence: Evidence,
  judgement: Judgement,
): Workflow<BackupResult> {
  const [recorded] = yield* all([
    ask.effect("record-verdict", { pause: record.id, verdict: judgement.verdict }),
  ]);
  const verdict = ifTaken(recorded, judgement.verdict);
  const heldMs = heldFor(evidence);
  const { stillPaused, leftAlone } = evidence.opened;
  yield* reportWindow(record, evidence, verdict, heldMs);
  if (stillPaused.length > 0)
    yield* ask("report", { event: { kind: "still-paused", instances: stillPaused.map(addressOf) } });
  const ended = {
    pause: record.id,
    verdict,
    heldMs,
    stillPaused,
    leftAlone,
    ...(evidence.window && { window: evidence.window }),
    ...(evidence.command && { command: evidence.command }),
    ...(evidence.failure && { failure: evidence.failure }),
  };
  if (verdict.kind === "invalid") return ended;
  const { wallMs } = yield* ask("now", {});
  const { seconds } = judgement;
  const { snapshots } = evidence;
  const point = restorePoint(input, prepared, {
    seconds,
    snapshots,
    nowMs: wallMs,
    pause: { record, heldMs },
  });
  const [pointed] = yield* all([ask.effect("record-point", { point })]);
  if (!pointed?.ok) return { ...ended, verdict: ifTaken(pointed, verdict) };
  yield* reportPoint(point);
  return { ...ended, point };
}

/** A verdict or a point that the catalog did not take is worth nothing. The gates are open by now. */
function ifTaken(written: Outcome | undefined, verdict: Verdict): Verdict {
  if (written?.ok) return verdict;
  const others = verdict.kind === "invalid" ? verdict.reasons : [];
  const what = verdict.kind === "invalid" ? "verdict" : "verdict or the restore point";
  return {
    kind: "invalid",
    reasons: [`the catalog did not take the ${what}: ${written?.failure.message ?? "no answer"}`, ...others],
  };
}

/** First Pause sent to last gate seen open. What is still paused is told beside it, and is not over yet. */
function heldFor({ outcomes, opened }: Evidence): number {
  const sent = outcomes.map((outcome) => outcome.sentMs).filter((ms) => ms > 0);
  const ends = Object.values(opened.openedMs);
  return sent.length === 0 || ends.length === 0 ? 0 : Math.max(...ends) - Math.min(...sent);
}

function* reportWindow(
  record: PauseRecord,
  evidence: Evidence,
  verdict: Verdict,
  heldMs: number,
): Workflow<void> {
  yield* ask("report", {
    event: {
      kind: "pause-window",
      deployment: record.deployment,
      pause: record.id,
      ...(evidence.window && { window: evidence.window }),
      verdict,
      basis: record.basis,
      instances: record.instances.map(addressOf),
      heldMs,
    },
  });
}
