import type { PauseRecord } from "../catalog/model.ts";
import { type Failure, StillpointError, toFailure } from "../errors/stillpoint-error.ts";
import {
  addressOf,
  type Discovery,
  type GateAnswer,
  type Instance,
  type PauseOutcome,
} from "../pause/instance.ts";
import type { PauseWindow } from "../pause/pause-window.ts";
import { discoveryReasons } from "../pause/verdict.ts";
import { all, answerOf, asker, type Workflow } from "../workflow/effect.ts";
import type { BackupInput } from "./backup-input.ts";
import type { BackupResult } from "./backup-result.ts";
import { closePause } from "./close-pause.ts";
import { conclude } from "./conclude.ts";
import type { BackupEffects } from "./effects.ts";
import { boundsOf } from "./hold.ts";
import { changedIdentities, type Judgement } from "./judge.ts";
import type { Lease } from "./lease.ts";
import type { Observation, ObservedGate } from "./observation.ts";
import { refuseJump } from "./own-clock.ts";
import { type Evidence, whileInTime } from "./pause-and-hold.ts";
import { openPause } from "./pause-record.ts";
import { captureAll, type Prepared } from "./prepare.ts";
import { type Opened, unpauseUntilOpen } from "./unpause.ts";

const ask = asker<BackupEffects>();

/**
 * A backup whose pause is made by the database's own tool. The pause is on record before the tool hears of it, every gate
 * is watched meanwhile, and what the tool leaves closed is opened. Since a gate says that it is closed while it drains,
 * nothing seen from outside proves that all were quiet: the best that comes of it is `observed`.
 */
export function* observedBackup(
  input: BackupInput,
  prepared: Prepared,
  lease: Lease,
): Workflow<BackupResult> {
  const { clockAllowanceMs } = input.pause;
  const started = yield* ask("now", {});
  refuseJump(lease.began, started, clockAllowanceMs);
  const record: PauseRecord = {
    ...openPause(input, prepared.discovery, started, lease.untilMs),
    pauser: "cassy",
  };
  yield* ask("open-pause", { record });
  const evidence = yield* observe(input, prepared, record);
  const unclosed = yield* closePause(record, evidence, yield* ask("now", {}));
  const reasons = [...unclosed, ...evidence.reasons];
  const judgement = judgementOf(input, prepared, evidence, reasons);
  const { window } = evidence;
  return yield* conclude(input, prepared, { ...record, ...(window && { window }) }, evidence, judgement);
}

/** Watches the tool's pause; whatever became of it, no gate that it left closed stays so. */
function* observe(input: BackupInput, prepared: Prepared, record: PauseRecord): Workflow<Evidence> {
  const { instances } = prepared.discovery;
  const reasons: string[] = [];
  let seen: Observation | undefined;
  let failure: Failure | undefined;
  try {
    seen = yield* watch(input, record);
    reasons.push(...callReasons(seen), ...seen.gates.flatMap(gateReasons));
  } catch (error) {
    failure = toFailure(error);
    reasons.push(failure.message);
  }
  const window = seen && windowOf(seen);
  if (seen && reasons.length === 0 && window === undefined)
    reasons.push("at no time were all instances seen paused together");
  const opened = yield* openWhatIsShut(record, instances);
  if (reasons.length === 0) reasons.push(...(yield* changesMeanwhile(prepared)));
  return {
    outcomes: instances.map((instance) => outcomeOf(instance, seen)),
    measured: prepared.measured,
    snapshots: seen?.call.kind === "taken" ? snapshotsOf(input, seen) : {},
    reasons,
    opened,
    ...(window && { window }),
    ...(failure && { failure }),
  };
}

function* watch(input: BackupInput, record: PauseRecord): Workflow<Observation> {
  const [{ name: database } = { name: "" }] = input.databases;
  const latestMs = yield* whileInTime(input, record);
  const { oursMs } = yield* ask("now", {});
  const withinMs = Math.floor(latestMs - oursMs);
  yield* ask("report", { event: { kind: "observing", database, limitMs: withinMs } });
  const { instances, rpcDeadlineMs: deadlineMs } = record;
  return yield* ask("observe-snapshot", { database, instances, withinMs, deadlineMs });
}

function callReasons({ call }: Observation): readonly string[] {
  switch (call.kind) {
    case "taken":
      return [];
    case "refused":
      return [`no snapshot was taken: ${call.message}`];
    case "unanswered":
      return [`nobody knows whether a snapshot was taken: ${call.message}`];
    default:
      return call satisfies never;
  }
}

function gateReasons({ instance, closedMs, reopened, silent }: ObservedGate): readonly string[] {
  const address = addressOf(instance);
  return [
    ...(closedMs === undefined ? [`"${address}" was not seen paused`] : []),
    ...(reopened ? [`"${address}" was open in between`] : []),
    ...(silent > 0 ? [`"${address}" did not answer ${silent} times whether it was paused`] : []),
  ];
}

/** The span in which every instance said that it was closed. */
function windowOf({ gates }: Observation): PauseWindow | undefined {
  const startMs = Math.max(...gates.map(({ closedMs = Number.POSITIVE_INFINITY }) => closedMs));
  const endMs = Math.min(...gates.map(({ lastClosedMs = Number.NEGATIVE_INFINITY }) => lastClosedMs));
  return startMs < endMs ? { startMs, endMs } : undefined;
}

/** What the tool was asked to pause counts as ours; what says that it is open needs nothing. */
function* openWhatIsShut(record: PauseRecord, instances: readonly Instance[]): Workflow<Opened> {
  const { rpcDeadlineMs: deadlineMs } = record;
  const [asked] = yield* all<readonly GateAnswer[]>([ask.effect("check-gates", { instances, deadlineMs })]);
  const answers = asked?.ok ? asked.answer : [];
  const open = new Map(
    answers.flatMap((answer) =>
      answer.kind === "open" ? [[addressOf(answer.instance), answer.answeredMs]] : [],
    ),
  );
  const shut = instances.filter((instance) => !open.has(addressOf(instance)));
  if (shut.length === 0) return { openedMs: Object.fromEntries(open), stillPaused: [], leftAlone: [] };
  const reason = "the pause is over and they do not say that they are open";
  yield* all([
    ask.effect("report", { event: { kind: "unpausing", instances: shut.map(addressOf), reason } }),
  ]);
  const opened = yield* unpauseUntilOpen(record, shut);
  return { ...opened, openedMs: { ...Object.fromEntries(open), ...opened.openedMs } };
}

function* changesMeanwhile({ discovery, captures }: Prepared): Workflow<readonly string[]> {
  try {
    const [discovered] = yield* all<Discovery>([ask.effect("discover", {})]);
    const after = yield* captureAll(Object.keys(captures), { again: true });
    return [...discoveryReasons(discovery, answerOf(discovered)), ...changedIdentities(captures, after)];
  } catch (error) {
    return [`the evidence could not be completed: ${toFailure(error).message}`];
  }
}

/** A tool that was not heard of again may pause still: then everything stays under the sweep. */
function outcomeOf(instance: Instance, seen: Observation | undefined): PauseOutcome {
  const { sentMs = 0, answeredMs = 0, kind = "unanswered" } = seen?.call ?? {};
  if (kind === "unanswered")
    return { kind: "unknown", instance, sentMs, answeredMs, message: "the pause was somebody else's" };
  return { kind: "paused", instance, sentMs, answeredMs };
}

function snapshotsOf({ databases }: BackupInput, { call }: Observation): Evidence["snapshots"] {
  if (call.kind !== "taken") return {};
  const { sentMs: begunMs, answeredMs: takenMs, captured } = call;
  const [{ name } = { name: "" }] = databases;
  return { [name]: { begunMs, takenMs, atMs: (begunMs + takenMs) / 2, captured } };
}

function judgementOf(
  { databases, pause }: BackupInput,
  { measured }: Prepared,
  { window }: Evidence,
  reasons: readonly string[],
): Judgement {
  const bounds = boundsOf(measured, pause.clockAllowanceMs);
  if (reasons.length > 0 || window === undefined)
    return { verdict: { kind: "invalid", reasons: [...reasons] }, seconds: {} };
  const seconds = databases.map(({ name }) => {
    const bound = bounds[name];
    if (bound === undefined) throw new StillpointError("INTERNAL", `no clock of database "${name}"`);
    const atSecond = Math.floor((window.startMs + window.endMs) / 2 / 1000);
    return [name, { atSecond, marginMs: (window.endMs - window.startMs) / 2, bound }] as const;
  });
  return { verdict: { kind: "observed" }, seconds: Object.fromEntries(seconds) };
}
