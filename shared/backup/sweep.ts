import type { PauseRecord } from "../catalog/model.ts";
import { addressOf, type Instance, type Whereabouts } from "../pause/instance.ts";
import { all, answerOf, asker, type Workflow } from "../workflow/effect.ts";
import type { BackupEffects } from "./effects.ts";
import { laterOf } from "./own-clock.ts";
import { apartMs } from "./pause-record.ts";
import { lookFrom, type SweepLook } from "./sweep-look.ts";

/** What a sweep asks of the outside world: with the backup it shares the catalog and the admin interface only. */
export type SweepEffects = Pick<BackupEffects, "now" | "check-gates" | "unpause" | "held-by-others"> & {
  /** Which of these recorded instances are still the processes that were paused. */
  whereabouts: { input: { instances: readonly Instance[] }; answer: readonly Whereabouts[] };
  /** Every record that is not closed. */
  "open-pauses": { input: object; answer: readonly PauseRecord[] };
  /** Marks an open record, so that its backup can never call the window valid; answers the record as it is now. */
  "mark-pause": { input: { pause: string; by: string }; answer: PauseRecord };
  /** Writes what was seen. */
  "settle-pause": { input: { pause: string; look: SweepLook }; answer: null };
};

const ask = asker<SweepEffects>();

export type Swept = { readonly pause: string; readonly deployment: string } & (
  | { readonly kind: "not-due"; readonly deadlineMs: number }
  /** All instances are open for good. */
  | { readonly kind: "closed"; readonly unpaused: readonly string[]; readonly gone: readonly string[] }
  /** Some may still be paused, or were seen open too few times: to be looked at again. */
  | {
      readonly kind: "unsettled";
      readonly unpaused: readonly string[];
      /** Their processes exist no more. */
      readonly gone: readonly string[];
      readonly stillPaused: readonly string[];
      readonly waiting: readonly string[];
    }
  | { readonly kind: "failed"; readonly message: string }
);

/**
 * Unpauses what is overdue: exactly the instances that an overdue record holds as its own and that no other open
 * record holds. A record that cannot be treated does not keep the others from it.
 */
export function* sweep(by: string): Workflow<readonly Swept[]> {
  const swept: Swept[] = [];
  for (const record of yield* ask("open-pauses", {})) {
    const { id: pause, deployment } = record;
    try {
      swept.push(yield* sweepOne(record, by));
    } catch (error) {
      swept.push({ kind: "failed", pause, deployment, message: (error as Error).message });
    }
  }
  return swept;
}

function* sweepOne(record: PauseRecord, by: string): Workflow<Swept> {
  const { id: pause, deployment, deadlineMs, state } = record;
  const nowMs = laterOf(yield* ask("now", {}));
  if (state === "open" && !isOverdue(record, nowMs))
    return { kind: "not-due", pause, deployment, deadlineMs };
  return yield* openAndSettle(record, by);
}

/** A pause that begins in the future was recorded by a clock that is wrong, or ours is: nobody knows its deadline. */
export function isOverdue(record: PauseRecord, nowMs: number): boolean {
  return nowMs > record.deadlineMs || nowMs < record.openedMs - apartMs(record);
}

/**
 * Marks the record, opens its gates, and takes off the record what was seen open long enough. A catalog that does
 * not take the mark does not keep the gates closed: their backup sees the deadline pass, or the gates open, itself.
 */
export function* openAndSettle(record: PauseRecord, by: string): Workflow<Swept> {
  if (record.state !== "open") return yield* openMarked(record);
  const [marking] = yield* all<PauseRecord>([ask.effect("mark-pause", { pause: record.id, by })]);
  const swept = yield* openMarked(marking?.ok ? marking.answer : record);
  answerOf(marking);
  return swept;
}

function* openMarked(marked: PauseRecord): Workflow<Swept> {
  const { id: pause, deployment, rpcDeadlineMs: deadlineMs } = marked;
  const { there, gone } = yield* whatIsThere(marked);
  const before = yield* ask("check-gates", { instances: there, deadlineMs });
  const shut = yield* ours(
    marked,
    before.filter(({ kind }) => kind === "closed" || kind === "no-answer").map(({ instance }) => instance),
  );
  if (shut.length > 0) yield* ask("unpause", { instances: shut, deadlineMs });
  const after = shut.length > 0 ? yield* ask("check-gates", { instances: there, deadlineMs }) : before;
  const nowMs = laterOf(yield* ask("now", {}));
  const look = { ...lookFrom(marked, { before, after }, nowMs), gone };
  yield* ask("settle-pause", { pause, look });
  const { seenOpen, settled } = look;
  const unpaused = shut.map(addressOf).filter((address) => seenOpen[address] !== undefined);
  const unsettled = there.map(addressOf).filter((address) => !settled.includes(address));
  if (unsettled.length === 0) return { kind: "closed", pause, deployment, unpaused, gone };
  const waiting = unsettled.filter((address) => seenOpen[address] !== undefined);
  const stillPaused = unsettled.filter((address) => seenOpen[address] === undefined);
  return { kind: "unsettled", pause, deployment, unpaused, gone, stillPaused, waiting };
}

/**
 * The unsettled instances that are there still, as far as can be seen. One that is gone took its pause with it, and
 * whatever answers at its address is another's; where nobody knows, a gate that may be ours is not left closed.
 */
function* whatIsThere({
  unsettled,
  instances,
}: PauseRecord): Workflow<{ readonly there: readonly Instance[]; readonly gone: readonly string[] }> {
  const recorded = instances.filter((instance) => unsettled.includes(addressOf(instance)));
  const [found] = yield* all<readonly Whereabouts[]>([ask.effect("whereabouts", { instances: recorded })]);
  const lost = found?.ok ? found.answer.filter(({ kind }) => kind === "gone") : [];
  const gone = lost.map(({ instance }) => addressOf(instance));
  return { there: recorded.filter((instance) => !gone.includes(addressOf(instance))), gone };
}

/**
 * Never what another record holds. Asked after the gates were looked at: another backup is in the catalog before its
 * first Pause, so whoever had closed a gate by then is seen now. An unreadable catalog must not keep gates closed.
 */
function* ours({ id: pause }: PauseRecord, shut: readonly Instance[]): Workflow<readonly Instance[]> {
  if (shut.length === 0) return [];
  const [others] = yield* all<readonly string[]>([
    ask.effect("held-by-others", { pause, addresses: shut.map(addressOf) }),
  ]);
  const held = others?.ok ? others.answer : [];
  return shut.filter((instance) => !held.includes(addressOf(instance)));
}
