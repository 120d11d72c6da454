import type { PauseRecord } from "../catalog/model.ts";
import { all, asker, type Workflow } from "../workflow/effect.ts";
import type { BackupInput } from "./backup-input.ts";
import type { BackupResult } from "./backup-result.ts";
import { conclude } from "./conclude.ts";
import { endDumps } from "./dump.ts";
import type { BackupEffects, Clock } from "./effects.ts";
import { awaitSecond } from "./hold.ts";
import { judge } from "./judge.ts";
import { refuseJump } from "./own-clock.ts";
import { type Evidence, pauseAndHold } from "./pause-and-hold.ts";
import { endedPause, openPause } from "./pause-record.ts";
import { type Prepared, prepare } from "./prepare.ts";
import { isDumped } from "./snapshot.ts";
import { snapshotBackup } from "./snapshot-backup.ts";

const ask = asker<BackupEffects>();

/** What may pass between taking the lease and the first Pause; the lease outlives the pause's deadline. */
const PREPARATION_MS = 120_000;

/**
 * Takes one consistent restore point: lease, discovery, recorded pause, hold, second questions, unpause, verdict.
 * Throws only while nothing has been paused; from the first Pause on it always ends with a verdict.
 */
export function* backup(input: BackupInput): Workflow<BackupResult> {
  const { deployment, run } = input;
  const began = yield* ask("now", {});
  const untilMs = Math.ceil(began.oursMs + PREPARATION_MS + input.pause.longestMs);
  yield* ask("acquire-lease", { deployment, run, nowMs: began.oursMs, untilMs });
  try {
    if (input.basis === "snapshot") return yield* snapshotBackup(input);
    return yield* underLease(input, yield* prepare(input), { began, untilMs });
  } finally {
    // As an outcome rather than an error: the lease ends by itself, and must not hide what went wrong before.
    yield* all([ask.effect("release-lease", { deployment, run })]);
  }
}

function* underLease(
  input: BackupInput,
  prepared: Prepared,
  lease: { readonly began: Clock; readonly untilMs: number },
): Workflow<BackupResult> {
  const { holdMs, clockAllowanceMs } = input.pause;
  if (holdMs === "auto" && !isDumped(input)) yield* awaitSecond(prepared.measured, clockAllowanceMs);
  const started = yield* ask("now", {});
  refuseJump(lease.began, started, clockAllowanceMs);
  const record = openPause(input, prepared.discovery, started, lease.untilMs);
  yield* ask("open-pause", { record });
  yield* ask("report", { event: { kind: "pausing", pause: record.id, deadlineMs: record.deadlineMs } });
  const evidence = yield* pauseAndHold(input, prepared, record);
  const ended = yield* ask("now", {});
  const unclosed = yield* close(record, evidence, ended);
  const judgement = yield* judge(
    input,
    prepared,
    { ...evidence, reasons: [...unclosed, ...evidence.reasons] },
    started,
  );
  const result = yield* conclude(
    input,
    prepared,
    { ...record, ...(evidence.window && { window: evidence.window }) },
    evidence,
    judgement,
  );
  return isDumped(input) ? yield* endDumps(result) : result;
}

/**
 * Ends the record as soon as the gates were seen to: what comes after may take its time, and a sweep that finds the
 * record open past its deadline marks it. Answers what speaks against the window.
 */
function* close(record: PauseRecord, evidence: Evidence, { wallMs }: Clock): Workflow<readonly string[]> {
  const late = wallMs > record.deadlineMs ? ["the deadline of the pause had passed when it ended"] : [];
  const [closing] = yield* all<{ markedBy?: string }>([
    ask.effect("close-pause", { record: endedPause(record, evidence) }),
  ]);
  if (!closing?.ok)
    return [
      `the catalog did not take the end of the pause: ${closing?.failure.message ?? "no answer"}`,
      ...late,
    ];
  const { markedBy } = closing.answer;
  return markedBy === undefined
    ? late
    : [`${markedBy} had marked this pause for unpausing before it ended`, ...late];
}
