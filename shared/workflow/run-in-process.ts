import { setTimeout as delay } from "node:timers/promises";
import { fromFailure, StillpointError, toFailure } from "../errors/stillpoint-error.ts";
import {
  type BuiltIn,
  type Effect,
  type Handlers,
  NEVER_JOURNALLED,
  type Outcome,
  type Poll,
  type Progress,
  type Sleep,
  type Vocabulary,
  type Workflow,
} from "./effect.ts";
import type { Journal } from "./journal.ts";

interface InProcess<V extends Vocabulary> {
  readonly handlers: Handlers<V>;
  /** Fires when the person at the keyboard interrupts. */
  readonly signal?: AbortSignal;
  /**
   * Makes the run resumable: what the journal holds is answered from it and not carried out again. A run with
   * a journal stops dead when interrupted, as if killed; without one, the workflow is told and cleans up.
   */
  readonly journal?: Journal;
  /** Lets time pass; rejects when the signal fires. Tests put a quicker one here. */
  readonly pass?: Pass;
}

type Pass = (ms: number, signal: AbortSignal | undefined) => Promise<void>;

const passReally: Pass = (ms, signal) => delay(Math.max(0, ms), undefined, signal ? { signal } : {});

/** Runs a workflow to its end in this process. */
export async function runInProcess<V extends Vocabulary, T>(
  workflow: Workflow<T>,
  { handlers, signal = new AbortController().signal, journal, pass = passReally }: InProcess<V>,
): Promise<T> {
  // Rejects only for what must end the run at once; what the workflow may handle is an outcome.
  const carryOut = async (effect: Effect, position: string): Promise<Outcome> => {
    const known = effect as BuiltIn;
    if (known.kind === "all") {
      const branches = known.effects.map((branch, index) => carryOut(branch, `${position}.${index}`));
      return { ok: true, answer: await together(branches) };
    }
    if (journal === undefined || NEVER_JOURNALLED.has(effect.kind)) return settle(() => execute(effect));
    return journal.recall(position, effect) ?? (await carryOutOnce(journal, effect, position));
  };

  const carryOutOnce = async (to: Journal, effect: Effect, position: string): Promise<Outcome> => {
    stopIfInterrupted(effect);
    const outcome = await settle(() => execute(effect));
    if (!outcome.ok || effect.kind === "sleep") stopIfInterrupted(effect);
    await to.record(position, effect, outcome);
    return outcome;
  };

  const stopIfInterrupted = (effect: Effect): void => {
    if (signal.aborted)
      throw new StillpointError("INTERRUPTED", `the run was interrupted at "${effect.kind}"`);
  };

  const doze: Doze = async ({ ms, interruptible }) => {
    await pass(ms, interruptible ? signal : undefined).catch(() => undefined);
    return { interrupted: interruptible && signal.aborted };
  };

  const execute = async (effect: Effect): Promise<unknown> => {
    const known = effect as BuiltIn;
    if (known.kind === "sleep") return doze(known);
    if (known.kind === "poll") return askUntilDone(known, execute, doze);
    const handler = handlers[effect.kind];
    if (handler === undefined)
      throw new StillpointError("INTERNAL", `no handler for effect "${effect.kind}"`);
    return handler(effect, signal);
  };

  let turn = workflow.next();
  for (let position = 0; !turn.done; position++) {
    await journal?.flush();
    const outcome = await carryOut(turn.value, String(position));
    turn = outcome.ok ? workflow.next(outcome.answer) : workflow.throw(fromFailure(outcome.failure));
  }
  return turn.value;
}

type Doze = (sleep: Omit<Sleep, "kind">) => Promise<{ interrupted: boolean }>;

/** Ends when every branch has: a run that stops leaves nothing behind that goes on changing the world. */
async function together(branches: readonly Promise<Outcome>[]): Promise<readonly Outcome[]> {
  await Promise.allSettled(branches);
  return Promise.all(branches);
}

async function settle(work: () => Promise<unknown>): Promise<Outcome> {
  try {
    return { ok: true, answer: await work() };
  } catch (error) {
    return { ok: false, failure: toFailure(error) };
  }
}

async function askUntilDone(
  { probe, patience }: Poll,
  execute: (effect: Effect) => Promise<unknown>,
  doze: Doze,
): Promise<Progress> {
  const started = performance.now();
  for (let waitMs = patience.firstMs; ; waitMs = Math.min(waitMs * patience.factor, patience.mostMs)) {
    const answer = (await execute(probe)) as Progress;
    if (answer.done) return answer;
    if (performance.now() - started + waitMs > patience.limitMs)
      throw new StillpointError("TIMED_OUT", `"${probe.kind}" was not done within ${patience.limitMs} ms`);
    if ((await doze({ ms: waitMs, interruptible: true })).interrupted)
      throw new StillpointError("INTERRUPTED", `interrupted while waiting for "${probe.kind}"`);
  }
}
