import { all, asker, type Workflow } from "../workflow/effect.ts";
import type { BackupInput } from "./backup-input.ts";
import type { BackupResult } from "./backup-result.ts";
import { conclude } from "./conclude.ts";
import type { BackupEffects } from "./effects.ts";
import { awaitSecond } from "./hold.ts";
import { judge } from "./judge.ts";
import { pauseAndHold } from "./pause-and-hold.ts";
import { endedPause, openPause } from "./pause-record.ts";
import { type Prepared, prepare } from "./prepare.ts";

const ask = asker<BackupEffects>();

/** What may pass between taking the lease and the first Pause; the lease outlives the pause's deadline. */
const PREPARATION_MS = 120_000;

/**
 * Takes one consistent restore point: lease, discovery, recorded pause, hold, second questions, unpause, verdict.
 * Throws only while nothing has been paused; from the first Pause on it always ends with a verdict.
 */
export function* backup(input: BackupInput): Workflow<BackupResult> {
  const { deployment, run } = input;
  const { oursMs } = yield* ask("now", {});
  const untilMs = Math.ceil(oursMs + PREPARATION_MS + input.pause.longestMs);
  yield* ask("acquire-lease", { deployment, run, nowMs: oursMs, untilMs });
  try {
    return yield* underLease(input, yield* prepare(input), untilMs);
  } finally {
    // As an outcome rather than an error: the lease ends by itself, and must not hide what went wrong before.
    yield* all([ask.effect("release-lease", { deployment, run })]);
  }
}

function* underLease(input: BackupInput, prepared: Prepared, leaseUntilMs: number): Workflow<BackupResult> {
  const { holdMs, clockAllowanceMs } = input.pause;
  if (holdMs === "auto") yield* awaitSecond(prepared.measured, clockAllowanceMs);
  const started = yield* ask("now", {});
  const record = openPause(input, prepared.discovery, started, leaseUntilMs);
  yield* ask("open-pause", { record });
  yield* ask("report", { event: { kind: "pausing", pause: record.id, deadlineMs: record.deadlineMs } });
  const evidence = yield* pauseAndHold(input, prepared, record);
  const judgement = yield* judge(input, prepared, evidence, { started, deadlineMs: record.deadlineMs });
  return yield* conclude(input, prepared, endedPause(record, evidence, judgement), evidence, judgement);
}
