import { StillpointError } from "../../shared/errors/stillpoint-error.ts";
import type { Handlers } from "../../shared/workflow/effect.ts";
import { Journal } from "../../shared/workflow/journal.ts";
import type { DurableEnd } from "../../shared/workflow/run-durable.ts";
import { runInProcess } from "../../shared/workflow/run-in-process.ts";
import { memoryStore } from "../catalog/memory-store.ts";
import { durableHandler } from "./durable-handler.ts";
import type { HandlerOf } from "./durable-service.ts";
import { Life, mortalHandlers, mortalStore } from "./mortal.ts";
import { type ProgramEffects, program, type Step } from "./random-program.ts";
import type { Running } from "./runners.ts";

export const RUN = "run";
/** Waits are whole seconds, but time is virtual. */
const QUICK = { firstMs: 1, mostMs: 10 };
export type ProgramEnd = DurableEnd<readonly string[]>;

/** A world in which doing something twice gives what it gave the first time, but is noticed. */
export class ProgramWorld {
  readonly store = memoryStore();
  readonly carriedOut: string[] = [];
  readonly reports: string[] = [];
  readonly #tries = new Map<string, number>();

  readonly handlers: Handlers<ProgramEffects> = {
    work: async ({ id, after, failure }) => {
      await this.#refuseKnown(id);
      this.carriedOut.push(id);
      const tries = this.#triesOf(id);
      if (failure.kind === "lasting") throw new StillpointError("DATABASE_DENIED", `"${id}" is not allowed`);
      if (failure.kind === "passing" && tries <= failure.tries)
        throw new StillpointError("DATABASE_REFUSED", `"${id}" failed for now`);
      return { id, text: `${id} after ${after.length}` };
    },
    look: async ({ id, looks }) => {
      await this.#refuseKnown(id);
      return { done: this.#triesOf(id) >= looks, id };
    },
    report: async ({ event }) => {
      this.reports.push(event);
      return null;
    },
  };

  /** For any runner. */
  running(steps: readonly Step[]): Running<ProgramEffects, readonly string[]> {
    return { workflow: () => program(steps), handlers: this.handlers, store: this.store, run: RUN };
  }

  handler(steps: readonly Step[], more: { readonly operationsMost?: number } = {}): HandlerOf {
    return durableHandler<ProgramEffects, readonly string[]>({
      workflow: () => program(steps),
      handlers: () => this.handlers,
      store: this.store,
      run: RUN,
      pace: QUICK,
      ...more,
    });
  }

  /** On the command line, by a process that dies with its life. */
  async inProcess(steps: readonly Step[], life = new Life()): Promise<readonly string[]> {
    return runInProcess<ProgramEffects, readonly string[]>(program(steps), {
      handlers: mortalHandlers(life, this.handlers),
      journal: await Journal.open(mortalStore(life, this.store), RUN),
      pass: async () => life.pass("sleep"),
    });
  }

  #triesOf(id: string): number {
    const tries = (this.#tries.get(id) ?? 0) + 1;
    this.#tries.set(id, tries);
    return tries;
  }

  /** What the journal holds must never be carried out again. */
  async #refuseKnown(id: string): Promise<void> {
    const known = JSON.stringify(await this.store.journal(RUN));
    const marks = [`"id":"${id}"`, JSON.stringify(`"${id}" is not allowed`)];
    if (marks.some((mark) => known.includes(mark))) throw new Error(`"${id}" was carried out again`);
  }
}
