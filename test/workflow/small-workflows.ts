import { StillpointError } from "../../shared/errors/stillpoint-error.ts";
import {
  asker,
  doing,
  type Handlers,
  type Patience,
  poll,
  type Workflow,
} from "../../shared/workflow/effect.ts";

export type Effects = {
  work: { input: { id: string }; answer: unknown };
  look: { input: { id: string }; answer: { done: boolean } };
  "look-again": { input: object; answer: null };
  report: { input: { event: string }; answer: null };
};
export const ask = asker<Effects>();
/** As restores have. */
export const PATIENCE: Patience = { firstMs: 500, factor: 1.4, mostMs: 60_000, limitMs: 48 * 3_600_000 };

export function* works(...ids: readonly string[]): Workflow<unknown> {
  const answers: unknown[] = [];
  for (const id of ids) answers.push(yield* ask("work", { id }));
  return answers;
}

/** Two pieces of one long wait, and another wait. */
export function* pieces(): Workflow<null> {
  const patience = { ...PATIENCE, stretch: "long" };
  for (const id of ["first", "second"]) yield* poll(ask.effect("look", { id }), patience);
  yield* poll(ask.effect("look", { id: "other" }), PATIENCE);
  return null;
}

/** Reports before, between and after what it does. */
export function* reporting(): Workflow<null> {
  yield* ask("report", { event: "one" });
  yield* ask("report", { event: "two" });
  yield* ask("work", { id: "a" });
  yield* ask("report", { event: "three" });
  yield* poll(ask.effect("look", { id: "it" }), PATIENCE);
  yield* ask("report", { event: "four" });
  return null;
}

export const unreachable = () => {
  throw new StillpointError("DATABASE_UNREACHABLE", "no answer");
};

/** Handlers that note what they do, and tell `work` and `look` how often it was asked for by then. */
export function noting(work: (id: string, times: number) => unknown, look: (times: number) => boolean) {
  const did: string[] = [];
  const note = (what: string) => {
    did.push(what);
    return did.filter((each) => each === what).length;
  };
  const handlers: Handlers<Effects> = {
    work: async ({ id }) => work(id, note(id)),
    look: async ({ id }) => ({ done: look(note(id)) }),
    "look-again": doing(() => note("look-again")),
    report: doing(({ event }) => note(`told ${event}`)),
  };
  return { did, handlers };
}
