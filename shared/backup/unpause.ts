import { addressOf, type Instance } from "../pause/instance.ts";
import { asker, sleep, type Workflow } from "../workflow/effect.ts";
import type { BackupEffects } from "./effects.ts";

const ask = asker<BackupEffects>();

const FIRST_BACKOFF_MS = 50;
const MOST_BACKOFF_MS = 2_000;

export interface Unpausing {
  readonly instances: readonly Instance[];
  readonly rpcDeadlineMs: number;
  /** Unpausing is repeated until then, on wall time. */
  readonly deadlineMs: number;
}

export interface Opened {
  /** When each instance was first seen open, by address. */
  readonly openedMs: Readonly<Record<string, number>>;
  readonly stillPaused: readonly Instance[];
}

/**
 * Unpauses all at once, and again with backoff, until CheckPaused says that each is open: an OK alone does not
 * prove it, since a queued pause may have closed the gate again. At least one round is made, whatever the time.
 */
export function* unpauseUntilOpen({ instances, rpcDeadlineMs, deadlineMs }: Unpausing): Workflow<Opened> {
  const openedMs: Record<string, number> = {};
  let closed = instances;
  for (
    let backoffMs = FIRST_BACKOFF_MS;
    closed.length > 0;
    backoffMs = Math.min(backoffMs * 2, MOST_BACKOFF_MS)
  ) {
    yield* ask("unpause", { instances: closed, deadlineMs: rpcDeadlineMs });
    const answers = yield* ask("check-gates", { instances: closed, deadlineMs: rpcDeadlineMs });
    for (const answer of answers)
      if (answer.kind === "open") openedMs[addressOf(answer.instance)] = answer.answeredMs;
    closed = closed.filter((instance) => openedMs[addressOf(instance)] === undefined);
    if (closed.length === 0 || (yield* ask("now", {})).wallMs + backoffMs > deadlineMs) break;
    yield* sleep(backoffMs, false);
  }
  return { openedMs, stillPaused: closed };
}
