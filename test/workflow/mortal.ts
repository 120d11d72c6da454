import type { Store } from "../../shared/catalog/store.ts";
import { codeOf } from "../../shared/errors/stillpoint-error.ts";
import type { Handlers, Vocabulary } from "../../shared/workflow/effect.ts";

/**
 * One life of a process: it dies at the given moment, after which nothing that it does reaches the world any more.
 * Moments are counted around every effect and every entry of a journal.
 */
export class Life {
  #moment = 0;
  readonly #deathAt: number;
  readonly moments: string[] = [];

  constructor(deathAt = Number.POSITIVE_INFINITY) {
    this.#deathAt = deathAt;
  }

  get isOver(): boolean {
    return this.#moment > this.#deathAt;
  }

  pass(moment: string): void {
    this.moments.push(moment);
    if (this.#moment++ >= this.#deathAt) throw new Error(`the process died at "${moment}"`);
  }
}

/** How a life's work ended: `whole`, killed, or with a code; what it said is told. */
export async function endOf(
  work: Promise<unknown>,
  { life, whole, tell }: { readonly life: Life; readonly whole: string; tell(said: string): void },
): Promise<string> {
  try {
    await work;
    return whole;
  } catch (error) {
    tell(String(error));
    return life.isOver ? "killed" : codeOf(error);
  }
}

/** Dies before the effect reaches the world, or after it did and before anybody heard of it. */
export function mortalHandlers<V extends Vocabulary>(life: Life, handlers: Handlers<V>): Handlers<V> {
  const wrapped = Object.entries(handlers).map(([kind, handler]) => [
    kind,
    async (input: never, signal: AbortSignal) => {
      life.pass(`before ${kind}`);
      const answer = await handler(input, signal);
      life.pass(`after ${kind}`);
      return answer;
    },
  ]);
  return Object.fromEntries(wrapped) as Handlers<V>;
}

/** Dies before the entry is kept, or just after. */
export function mortalStore(life: Life, store: Store): Store {
  return {
    ...store,
    append: async (journal, index, entry) => {
      life.pass("before the entry");
      await store.append(journal, index, entry);
      life.pass("after the entry");
    },
  };
}
