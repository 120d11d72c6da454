import type { CommandRecord, PauseRecord } from "../catalog/model.ts";
import { type Failure, StillpointError, toFailure } from "../errors/stillpoint-error.ts";
import {
  addressOf,
  type Discovery,
  type GateAnswer,
  type Instance,
  type PauseOutcome,
} from "../pause/instance.ts";
import type { PauseWindow } from "../pause/pause-window.ts";
import { discoveryReasons, gateReasons, mayBeOurs, pauseReasons } from "../pause/verdict.ts";
import { all, answerOf, asker, type Workflow } from "../workflow/effect.ts";
import type { BackupInput } from "./backup-input.ts";
import { commandReasons, runCommand } from "./command.ts";
import { takeSnapshots } from "./dump.ts";
import type { BackupEffects } from "./effects.ts";
import type { Evidence } from "./evidence.ts";
import { hold, type Measured } from "./hold.ts";
import { type Prepared, refuseUnlessSettled } from "./prepare.ts";
import { needsSecond, type Snapshots, takesSnapshots } from "./snapshot.ts";
import { type Opened, unpauseBudgetMs, unpauseUntilOpen } from "./unpause.ts";

const ask = asker<BackupEffects>();

/** What the part that may fail has learnt so far; the unpausing needs it whatever happens. */
interface Notes {
  outcomes: readonly PauseOutcome[];
  window?: PauseWindow;
  measured: Measured;
  snapshots: Snapshots;
  command?: CommandRecord;
  readonly reasons: string[];
  failure?: Failure;
}

/** Pauses, holds, asks again, and unpauses whatever happened in between. */
export function* pauseAndHold(
  input: BackupInput,
  prepared: Prepared,
  record: PauseRecord,
): Workflow<Evidence> {
  const notes: Notes = {
    outcomes: prepared.discovery.instances.map(unsent),
    measured: prepared.measured,
    snapshots: {},
    reasons: [],
  };
  try {
    yield* holdQuiet(input, prepared.discovery, record, notes);
  } catch (error) {
    notes.failure = toFailure(error);
    notes.reasons.push(notes.failure.message);
  }
  const opened = yield* letGo(record, notes);
  notes.reasons.push(...(yield* leftShut(input, notes.outcomes)));
  return { ...notes, opened };
}

/** Nothing went out to it yet. */
function unsent(instance: Instance): PauseOutcome {
  return { kind: "not-sent", instance, sentMs: 0, answeredMs: 0, message: "the backup ended before" };
}

/** Until its outcome is known, an instance counts as paused by us. */
function unaccounted(instance: Instance): PauseOutcome {
  return { kind: "unknown", instance, sentMs: 0, answeredMs: 0, message: "the Pause was not accounted for" };
}

function* holdQuiet(
  input: BackupInput,
  before: Discovery,
  record: PauseRecord,
  notes: Notes,
): Workflow<void> {
  const { drainWaitMs, rpcDeadlineMs, holdMs, clockAllowanceMs: allowanceMs } = input.pause;
  const { instances } = before;
  const latestMs = yield* whileInTime(input, record);
  notes.outcomes = instances.map(unaccounted);
  // A server does not notice that its caller hung up: the call must outlast the drain wait.
  const paused = yield* ask("pause", { instances, drainWaitMs, deadlineMs: drainWaitMs + rpcDeadlineMs });
  notes.outcomes = paused.outcomes;
  notes.reasons.push(...pauseReasons(paused.outcomes));
  if (paused.interrupted)
    throw new StillpointError("INTERRUPTED", "interrupted while the instances were being paused");
  if (notes.reasons.length > 0) return;

  const confirmed = yield* ask("check-gates", { instances, deadlineMs: rpcDeadlineMs });
  notes.reasons.push(...gateReasons(confirmed, "right after its Pause"));
  if (notes.reasons.length > 0) return;
  const startMs = Math.max(...confirmed.map((answer) => answer.answeredMs));
  const drainMs = Math.max(...paused.outcomes.map((outcome) => outcome.answeredMs - outcome.sentMs));
  yield* ask("report", { event: { kind: "paused", pause: record.id, startMs, drainMs } });

  const holding = { startMs, holdMs, latestMs, allowanceMs };
  if (takesSnapshots(input)) {
    const { oursMs } = yield* ask("now", {});
    notes.snapshots = yield* takeSnapshots(input, { withinMs: latestMs - oursMs, measured: notes.measured });
  }
  if (input.command !== undefined) {
    notes.command = yield* runCommand(input.command, record.id, { startMs, latestMs });
    if (notes.command.end.kind === "interrupted")
      throw new StillpointError("INTERRUPTED", "interrupted while the command was running");
    notes.reasons.push(...commandReasons(notes.command));
    if (notes.reasons.length > 0) return;
  }
  const held = yield* hold(holding, needsSecond(input) ? notes.measured : {});
  if (needsSecond(input)) notes.measured = held;
  const { asked, after } = yield* askAgain(instances, rpcDeadlineMs);
  notes.reasons.push(...gateReasons(asked, "just before the Unpause"), ...discoveryReasons(before, after));
  // What a gate says is true at some moment after the question was sent: the first question ends the window.
  notes.window = { startMs, endMs: Math.min(...asked.map((answer) => answer.sentMs)) };
}

/**
 * The last look before the first Pause: a host that stood still since the record was written may find it swept
 * and closed, and then nobody would look after what it pauses. Answers when the gates must be asked again, on
 * our clock.
 */
export function* whileInTime(
  { pause }: BackupInput,
  { id, deadlineMs, instances }: PauseRecord,
): Workflow<number> {
  const [opened, others] = yield* all<never>([
    ask.effect("is-pause-open", { pause: id }),
    ask.effect("unsettled-pauses", { pause: id, addresses: instances.map(addressOf) }),
  ]);
  const open: boolean = answerOf(opened);
  refuseUnlessSettled(answerOf(others));
  const { oursMs, wallMs } = yield* ask("now", {});
  const leftMs = deadlineMs - wallMs;
  if (!open || leftMs < pause.drainWaitMs + pause.rpcDeadlineMs)
    throw new StillpointError(
      "PREPARATION_TIMED_OUT",
      `the deadline of "${id}" had come too near before anything was paused, or a sweep had ended it`,
    );
  return oursMs + leftMs - unpauseBudgetMs(pause.rpcDeadlineMs);
}

function* askAgain(
  instances: readonly Instance[],
  deadlineMs: number,
): Workflow<{ asked: readonly GateAnswer[]; after: Discovery }> {
  const [gates, discovery] = yield* all<never>([
    ask.effect("check-gates", { instances, deadlineMs }),
    ask.effect("discover", {}),
  ]);
  return { asked: answerOf(gates), after: answerOf(discovery) };
}

/** Unpauses what may be paused by us, and nothing that can be seen to be somebody else's. */
function* letGo(record: PauseRecord, notes: Notes): Workflow<Opened> {
  const instances = notes.outcomes.filter(mayBeOurs).map((outcome) => outcome.instance);
  const reason = notes.failure?.message ?? notes.reasons[0] ?? "the window is complete";
  yield* all([
    ask.effect("report", { event: { kind: "unpausing", instances: instances.map(addressOf), reason } }),
  ]);
  const opened = yield* unpauseUntilOpen(record, instances);
  // A Pause without an answer may still come, and what others hold nobody has opened.
  const isSure = notes.outcomes.every(({ kind }) => kind !== "unknown");
  if (isSure && instances.length > 0 && opened.stillPaused.length + opened.leftAlone.length === 0)
    yield* all([ask.effect("report", { event: { kind: "unpaused" } })]);
  const foreign = opened.leftAlone.map(addressOf);
  notes.reasons.push(
    ...foreign.map((address) => `"${address}" is held by another pause by now and was left alone`),
  );
  return opened;
}

/**
 * A Pause that failed says what became of its gate, and older servers not even that: those gates are not ours to
 * open, but whoever reads the verdict must know which are shut. Asked last, and no reason to fail.
 */
function* leftShut({ pause }: BackupInput, outcomes: readonly PauseOutcome[]): Workflow<readonly string[]> {
  const instances = outcomes
    .filter((outcome) => outcome.kind !== "not-sent" && !mayBeOurs(outcome))
    .map((outcome) => outcome.instance);
  if (instances.length === 0) return [];
  const [asked] = yield* all<readonly GateAnswer[]>([
    ask.effect("check-gates", { instances, deadlineMs: pause.rpcDeadlineMs }),
  ]);
  const shut = asked?.ok ? asked.answer.filter(({ kind }) => kind !== "open") : [];
  return shut.map(({ instance, kind }) => {
    const state = kind === "closed" ? "is paused" : "does not say whether it is paused";
    return `"${addressOf(instance)}" ${state}, not by this backup as far as can be seen, and was left alone; if nobody else paused it: stillpoint unpause`;
  });
}
