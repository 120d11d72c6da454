import type { PauseRecord } from "../catalog/model.ts";
import { addressOf, type Instance } from "../pause/instance.ts";
import { all, asker, sleep, type Workflow } from "../workflow/effect.ts";
import type { BackupEffects } from "./effects.ts";

const ask = asker<BackupEffects>();

const FIRST_BACKOFF_MS = 50;
const MOST_BACKOFF_MS = 2_000;

/** Kept free at the end of the longest pause: asking again, unpausing, and asking whether it is open. */
export function unpauseBudgetMs(rpcDeadlineMs: number): number {
  return 3 * rpcDeadlineMs;
}

export interface Opened {
  /** When each instance was first seen open, by address. */
  readonly openedMs: Readonly<Record<string, number>>;
  readonly stillPaused: readonly Instance[];
  /** Held by the record of another backup by now, and not opened therefore. */
  readonly leftAlone: readonly Instance[];
}

/**
 * Unpauses all at once, and again with backoff, until CheckPaused says that each is open: an OK alone does not
 * prove it, since a queued pause may have closed the gate again. At least one round is made, whatever the time. Each
 * asks first whether another backup holds an instance by now: by which clock our own time has passed, nobody knows
 * here.
 */
export function* unpauseUntilOpen(record: PauseRecord, instances: readonly Instance[]): Workflow<Opened> {
  const { rpcDeadlineMs, deadlineMs } = record;
  const openedMs: Record<string, number> = {};
  const leftAlone: Instance[] = [];
  let closed = instances;
  for (let backoffMs = FIRST_BACKOFF_MS; ; backoffMs = Math.min(backoffMs * 2, MOST_BACKOFF_MS)) {
    const foreign = new Set(yield* heldByOthers(record, closed));
    leftAlone.push(...closed.filter((instance) => foreign.has(addressOf(instance))));
    closed = closed.filter((instance) => !foreign.has(addressOf(instance)));
    if (closed.length === 0) break;
    yield* ask("unpause", { instances: closed, deadlineMs: rpcDeadlineMs });
    const answers = yield* ask("check-gates", { instances: closed, deadlineMs: rpcDeadlineMs });
    for (const answer of answers)
      if (answer.kind === "open") openedMs[addressOf(answer.instance)] = answer.answeredMs;
    closed = closed.filter((instance) => openedMs[addressOf(instance)] === undefined);
    if (closed.length === 0 || (yield* ask("now", {})).wallMs + backoffMs > deadlineMs) break;
    yield* sleep(backoffMs, false);
  }
  return { openedMs, stillPaused: closed, leftAlone };
}

/** An unreadable catalog must not keep gates closed. */
function* heldByOthers(
  { id: pause }: PauseRecord,
  instances: readonly Instance[],
): Workflow<readonly string[]> {
  if (instances.length === 0) return [];
  const [held] = yield* all<readonly string[]>([
    ask.effect("held-by-others", { pause, addresses: instances.map(addressOf) }),
  ]);
  return held?.ok ? held.answer : [];
}
