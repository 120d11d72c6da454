import type { PauseRecord } from "../catalog/model.ts";
import { type Failure, StillpointError, toFailure } from "../errors/stillpoint-error.ts";
import {
  addressOf,
  type Discovery,
  type GateAnswer,
  type Instance,
  type PauseOutcome,
} from "../pause/instance.ts";
import { discoveryReasons } from "../pause/verdict.ts";
import { all, answerOf, asker, type Workflow } from "../workflow/effect.ts";
import type { BackupInput } from "./backup-input.ts";
import type { BackupResult } from "./backup-result.ts";
import { closePause } from "./close-pause.ts";
import { conclude } from "./conclude.ts";
import type { BackupEffects, Clock } from "./effects.ts";
import type { Evidence } from "./evidence.ts";
import { boundsOf } from "./hold.ts";
import { changedIdentities, ownClockReasons } from "./judge.ts";
import type { Judgement } from "./judgement.ts";
import type { Lease } from "./lease.ts";
import { type Observation, observationReasons, windowSeen } from "./observation.ts";
import { refuseJump } from "./own-clock.ts";
import { whileInTime } from "./pause-and-hold.ts";
import { openPause } from "./pause-record.ts";
import { captureAll, type Prepared } from "./prepare.ts";
import { onDatabaseClock } from "./snapshot.ts";
import { type Opened, unpauseUntilOpen } from "./unpause.ts";

const ask = asker<BackupEffects>();

/** The tool's Pause names no limit, so that a server drains for as long as it does by itself. */
const UNLIMITED_DRAIN_MS = 30_000;

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
  const started = yield* ask("now", {});
  refuseJump(lease.began, started, input.pause.clockAllowanceMs);
  const record = openObserved(input, prepared, started, lease);
  yield* ask("open-pause", { record });
  yield* ask("report", { event: { kind: "pausing", pause: record.id, deadlineMs: record.deadlineMs } });
  const evidence = yield* observe(input, prepared, record);
  const ended = yield* ask("now", {});
  const unclosed = yield* closePause(record, evidence, ended);
  const reasons = [...unclosed, ...evidence.reasons];
  if (reasons.length === 0) reasons.push(...(yield* changesMeanwhile(input, prepared, started)));
  const { window } = evidence;
  return yield* conclude(
    input,
    prepared,
    { ...record, ...(window && { window }) },
    evidence,
    judgementOf(input, evidence, reasons),
  );
}

/** How long a Pause of the tool may still be under way is for the sweep to know: it may have nobody else to ask. */
function openObserved(
  input: BackupInput,
  { discovery }: Prepared,
  started: Clock,
  { untilMs }: Lease,
): PauseRecord {
  const record = openPause(input, discovery, started, untilMs);
  return { ...record, drainWaitMs: Math.max(record.drainWaitMs, UNLIMITED_DRAIN_MS), pauser: "cassy" };
}

/** What the part that may fail has learnt so far. */
interface Notes {
  /** From then on the tool may pause, whatever is heard of it. */
  asked: boolean;
  seen?: Observation;
  failure?: Failure;
}

/** Watches the tool's pause; whatever became of it, no gate that it left closed stays so. */
function* observe(input: BackupInput, prepared: Prepared, record: PauseRecord): Workflow<Evidence> {
  const { instances } = prepared.discovery;
  const notes: Notes = { asked: false };
  try {
    yield* watch(input, record, notes);
  } catch (error) {
    notes.failure = toFailure(error);
  }
  const { asked, seen, failure } = notes;
  const outcomes = instances.map((instance) => outcomeOf(instance, notes));
  // Before the tool was asked, a closed gate is somebody else's.
  const opened = asked ? yield* openWhatIsShut(record, instances, seen) : NOTHING_PAUSED;
  const window = seen && windowSeen(seen);
  return {
    outcomes,
    measured: prepared.measured,
    snapshots: seen && window ? snapshotsOf(input, prepared, { seen, window }) : {},
    reasons: [
      ...(failure && seen === undefined ? [failure.message] : []),
      ...(seen ? observationReasons(seen) : []),
      ...opened.leftAlone.map((each) => `"${addressOf(each)}" is held by another pause by now`),
    ],
    opened,
    ...(window && { window }),
    ...(failure && { failure }),
  };
}

const NOTHING_PAUSED: Opened = { openedMs: {}, stillPaused: [], leftAlone: [] };

function* watch(input: BackupInput, record: PauseRecord, notes: Notes): Workflow<void> {
  const [{ name: database } = { name: "" }] = input.databases;
  const latestMs = yield* whileInTime(input, record);
  const { oursMs } = yield* ask("now", {});
  const withinMs = Math.floor(latestMs - oursMs);
  yield* ask("report", { event: { kind: "observing", database, limitMs: withinMs } });
  const { instances, rpcDeadlineMs: deadlineMs } = record;
  notes.asked = true;
  notes.seen = yield* ask("observe-snapshot", { database, instances, withinMs, deadlineMs });
  if (notes.seen.interrupted)
    throw new StillpointError("INTERRUPTED", "interrupted while Cassy's pause was watched");
}

/**
 * What the tool was asked to pause counts as ours; what says that it is open needs nothing. Neither does what was seen
 * open after the tool had done with it: whoever has closed it since is somebody else.
 */
function* openWhatIsShut(
  record: PauseRecord,
  instances: readonly Instance[],
  seen: Observation | undefined,
): Workflow<Opened> {
  const { rpcDeadlineMs: deadlineMs } = record;
  const openedMs = openedByTool(seen);
  const rest = instances.filter((instance) => openedMs[addressOf(instance)] === undefined);
  const [asked] = yield* all<readonly GateAnswer[]>([
    ask.effect("check-gates", { instances: rest, deadlineMs }),
  ]);
  const answers = asked?.ok ? asked.answer : [];
  for (const { kind, instance, answeredMs } of answers)
    if (kind === "open") openedMs[addressOf(instance)] = answeredMs;
  const shut = rest.filter((instance) => openedMs[addressOf(instance)] === undefined);
  const opened = shut.length === 0 ? NOTHING_PAUSED : yield* openShut(record, shut);
  // Whoever was not heard of may pause still.
  if (seen?.call.kind === "taken" && opened.stillPaused.length + opened.leftAlone.length === 0)
    yield* all([ask.effect("report", { event: { kind: "unpaused" } })]);
  return { ...opened, openedMs: { ...openedMs, ...opened.openedMs } };
}

function* openShut(record: PauseRecord, shut: readonly Instance[]): Workflow<Opened> {
  const reason = "Cassy has not said that it unpaused them, or they are paused still";
  yield* all([
    ask.effect("report", { event: { kind: "unpausing", instances: shut.map(addressOf), reason } }),
  ]);
  return yield* unpauseUntilOpen(record, shut);
}

/** Only once it has said that all went well is nothing of the tool's under way any more. */
function openedByTool(seen: Observation | undefined): Record<string, number> {
  if (seen?.call.kind !== "taken") return {};
  return Object.fromEntries(
    seen.gates.flatMap(({ instance, openedMs }) =>
      openedMs === undefined ? [] : [[addressOf(instance), openedMs] as const],
    ),
  );
}

/**
 * Unless the tool said that all went well, it may pause still: it answers at the first Pause that fails, and leaves
 * the others under way. Then everything stays under the sweep.
 */
function outcomeOf(instance: Instance, { asked, seen }: Notes): PauseOutcome {
  if (!asked) return { ...NEVER, kind: "not-sent", instance, message: "Cassy was not asked" };
  const gate = seen?.gates.find((each) => addressOf(each.instance) === addressOf(instance));
  const { sentMs, answeredMs } = seen?.call ?? NEVER;
  const times = { sentMs: Math.max(sentMs, gate?.openMs ?? 0), answeredMs };
  if (seen?.call.kind === "taken") return { ...times, kind: "paused", instance };
  return { ...times, kind: "unknown", instance, message: "Cassy did not say that all went well" };
}

const NEVER = { sentMs: 0, answeredMs: 0 };

/** Neither window nor clock tells the instant better than this. */
function snapshotsOf(
  { databases, pause }: BackupInput,
  { measured }: Prepared,
  { seen, window }: { readonly seen: Observation; readonly window: NonNullable<Evidence["window"]> },
): Evidence["snapshots"] {
  const { call } = seen;
  if (call.kind !== "taken") return {};
  const [{ name } = { name: "" }] = databases;
  const { startMs: begunMs, endMs: takenMs } = window;
  const bound = boundsOf(measured, pause.clockAllowanceMs)[name];
  return { [name]: onDatabaseClock({ begunMs, takenMs, captured: call.captured }, bound) };
}

function* changesMeanwhile(
  { pause }: BackupInput,
  { discovery, captures }: Prepared,
  started: Clock,
): Workflow<readonly string[]> {
  try {
    const [discovered] = yield* all<Discovery>([ask.effect("discover", {})]);
    const after = yield* captureAll(Object.keys(captures), { again: true });
    return [
      ...discoveryReasons(discovery, answerOf(discovered)),
      ...changedIdentities(captures, after),
      ...ownClockReasons(started, yield* ask("now", {}), pause.clockAllowanceMs),
    ];
  } catch (error) {
    return [`the evidence could not be completed: ${toFailure(error).message}`];
  }
}

function judgementOf(
  { databases, pause }: BackupInput,
  { measured, snapshots }: Evidence,
  reasons: readonly string[],
): Judgement {
  if (reasons.length > 0) return { verdict: { kind: "invalid", reasons: [...reasons] }, seconds: {} };
  const bounds = boundsOf(measured, pause.clockAllowanceMs);
  const seconds = databases.map(({ name }) => {
    const [snapshot, bound] = [snapshots[name], bounds[name]];
    if (snapshot === undefined || bound === undefined)
      throw new StillpointError("INTERNAL", `no snapshot or no clock of database "${name}"`);
    return [name, { atSecond: Math.floor(snapshot.atMs / 1000), marginMs: 0, bound }] as const;
  });
  return { verdict: { kind: "observed" }, seconds: Object.fromEntries(seconds) };
}
