import { StillpointError, toFailure } from "../../errors/stillpoint-error.ts";
import {
  type Effect,
  type Handlers,
  NEVER_JOURNALLED,
  type Outcome,
  type Poll,
  type Progress,
  type Vocabulary,
} from "../effect.ts";
import type { Journal } from "../journal.ts";
import { isPassing } from "./passing.ts";

/** Nobody can interrupt an execution but by stopping it, which ends the process. */
const UNINTERRUPTED = new AbortController().signal;

/** What carries effects out, and remembers them. */
export interface Bench {
  readonly handlers: Handlers<Vocabulary>;
  readonly journal: Journal;
}

interface Asked<E extends Effect> {
  readonly effect: E;
  readonly position: string;
  /** What may pass is thrown while there are tries left. */
  readonly isLast: boolean;
}

interface Performed {
  readonly outcome: Outcome;
  /** A failure becomes history only when the workflow goes on. */
  readonly isRecorded: boolean;
}

/** Whoever died between the entry and the engine's own record has left the answer in the journal. */
export async function performOnce(bench: Bench, asked: Asked<Effect>): Promise<Performed> {
  const { effect, position } = asked;
  if (NEVER_JOURNALLED.has(effect.kind))
    return { outcome: await attempt(bench, effect, asked.isLast), isRecorded: false };
  const earlier = bench.journal.recall(position, effect);
  return recorded(bench, asked, earlier ?? (await attempt(bench, effect, asked.isLast)));
}

/** Asks a poll's probe once; undefined where it is not done yet. */
export async function lookOnce(bench: Bench, asked: Asked<Poll>): Promise<Performed | undefined> {
  const { effect, position } = asked;
  const earlier = bench.journal.recall(position, effect);
  const outcome = earlier ?? (await attempt(bench, effect.probe, asked.isLast));
  if (outcome.ok && !(outcome.answer as Progress).done) return undefined;
  return recorded(bench, asked, outcome);
}

export async function ask(handlers: Bench["handlers"], effect: Effect): Promise<unknown> {
  const handler = handlers[effect.kind];
  if (handler !== undefined) return handler(effect, UNINTERRUPTED);
  throw new StillpointError("INTERNAL", `no handler for effect "${effect.kind}"`);
}

async function attempt({ handlers }: Bench, effect: Effect, isLast: boolean): Promise<Outcome> {
  try {
    return { ok: true, answer: await ask(handlers, effect) };
  } catch (error) {
    if (isPassing(error) && !isLast) throw error;
    return { ok: false, failure: toFailure(error) };
  }
}

/** The entry counts: the same effect may be under way twice, where the engine has taken the other for dead. */
async function recorded(
  { journal }: Bench,
  { effect, position }: Asked<Effect>,
  outcome: Outcome,
): Promise<Performed> {
  if (!outcome.ok) return { outcome, isRecorded: false };
  await journal.record(position, effect, outcome);
  return { outcome: journal.recall(position, effect) ?? outcome, isRecorded: true };
}
