import type { OperationUpdate } from "@aws/durable-execution-sdk-js";
import type { Store } from "../../shared/catalog/store.ts";
import type { Handlers, Vocabulary } from "../../shared/workflow/effect.ts";

/** Decides at each moment of an invocation whether it is the last. */
type Dies = (moment: string, updates: readonly OperationUpdate[]) => boolean;

/**
 * The life of one invocation. When it dies, whatever it is doing never goes on: nothing throws, as nothing does in a
 * process that is gone.
 */
export class DurableLife {
  readonly death: Promise<undefined>;
  readonly #dies: Dies;
  #isOver = false;
  #end: () => void = () => undefined;

  constructor(dies: Dies = () => false) {
    this.#dies = dies;
    this.death = new Promise((resolve) => {
      this.#end = () => resolve(undefined);
    });
  }

  async pass(moment: string, updates: readonly OperationUpdate[] = []): Promise<void> {
    if (!this.#isOver && this.#dies(momentOf(moment, updates), updates)) {
      this.#isOver = true;
      this.#end();
    }
    if (this.#isOver) await new Promise(() => undefined);
  }
}

function momentOf(moment: string, updates: readonly OperationUpdate[]): string {
  return [moment, ...updates.map(({ Action, Name }) => `${Action} ${Name}`)].join(" ");
}

/** Dies before the effect reaches the world, or after it did and before anybody heard of it. */
export function livingHandlers<V extends Vocabulary>(life: DurableLife, handlers: Handlers<V>): Handlers<V> {
  const wrapped = Object.entries(handlers).map(([kind, handler]) => [
    kind,
    async (input: never, signal: AbortSignal) => {
      await life.pass(`before ${kind}`);
      const answer = await handler(input, signal);
      await life.pass(`after ${kind}`);
      return answer;
    },
  ]);
  return Object.fromEntries(wrapped) as Handlers<V>;
}

/** Dies before the entry is kept, or just after. */
export function livingStore(life: DurableLife, store: Store): Store {
  return {
    ...store,
    append: async (journal, index, entry) => {
      await life.pass("before the entry");
      await store.append(journal, index, entry);
      await life.pass("after the entry");
    },
  };
}
