import { all, asker, type Workflow } from "../workflow/effect.ts";
import type { BackupInput } from "./backup-input.ts";
import type { BackupResult } from "./backup-result.ts";
import { closePause } from "./close-pause.ts";
import { conclude } from "./conclude.ts";
import { endDumps } from "./dump.ts";
import type { BackupEffects } from "./effects.ts";
import { awaitSecond } from "./hold.ts";
import { judge } from "./judge.ts";
import type { Lease } from "./lease.ts";
import { observedBackup } from "./observed-backup.ts";
import { refuseJump } from "./own-clock.ts";
import { pauseAndHold } from "./pause-and-hold.ts";
import { openPause } from "./pause-record.ts";
import { type Prepared, prepare } from "./prepare.ts";
import { isDumped, needsSecond } from "./snapshot.ts";
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
    const lease = { began, untilMs };
    switch (input.basis) {
      case "snapshot":
        return yield* snapshotBackup(input);
      case "observed":
        return yield* observedBackup(input, yield* prepare(input), lease);
      case "window":
        return yield* underLease(input, yield* prepare(input), lease);
      default:
        return input.basis satisfies never;
    }
  } finally {
    // As an outcome rather than an error: the lease ends by itself, and must not hide what went wrong before.
    yield* all([ask.effect("release-lease", { deployment, run })]);
  }
}

function* underLease(input: BackupInput, prepared: Prepared, lease: Lease): Workflow<BackupResult> {
  const { holdMs, clockAllowanceMs } = input.pause;
  if (holdMs === "auto" && needsSecond(input)) yield* awaitSecond(prepared.measured, clockAllowanceMs);
  const started = yield* ask("now", {});
  refuseJump(lease.began, started, clockAllowanceMs);
  const record = openPause(input, prepared.discovery, started, lease.untilMs);
  yield* ask("open-pause", { record });
  yield* ask("report", { event: { kind: "pausing", pause: record.id, deadlineMs: record.deadlineMs } });
  const evidence = yield* pauseAndHold(input, prepared, record);
  const ended = yield* ask("now", {});
  const unclosed = yield* closePause(record, evidence, ended);
  const judgement = yield* judge(
    input,
    prepared,
    { ...evidence, reasons: [...unclosed, ...evidence.reasons] },
    started,
  );
  const found = {
    ...record,
    ...(evidence.window && { window: evidence.window }),
    ...(evidence.command && { command: evidence.command }),
  };
  const result = yield* conclude(input, prepared, found, evidence, judgement);
  return isDumped(input) ? yield* endDumps(result) : result;
}
