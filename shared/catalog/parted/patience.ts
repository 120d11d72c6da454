import { setTimeout as delay } from "node:timers/promises";
import type { ItemTable } from "./item-table.ts";

/** For one operation of the store with all its repetitions: instances may be held meanwhile. */
const OPERATION_LIMIT_MS = 10_000;
/** For one attempt, finding credentials included, which no timeout of the SDK covers. */
const ATTEMPT_LIMIT_MS = 4_500;
const FIRST_WAIT_MS = 25;
const MOST_WAIT_MS = 1_000;

/** How long one operation goes on asking, and whether one of its requests may have been carried out unheard. */
export class Patience {
  readonly #table: Pick<ItemTable, "passes" | "mayHaveBeenCarriedOut">;
  readonly #endMs: number;
  #unheard = false;

  constructor(table: Pick<ItemTable, "passes" | "mayHaveBeenCarriedOut">, limitMs = OPERATION_LIMIT_MS) {
    this.#table = table;
    this.#endMs = performance.now() + limitMs;
  }

  /** Whether a request was sent of which nobody knows what became, and no answer came to a later one. */
  get unheard(): boolean {
    return this.#unheard;
  }

  /** Sends a request, and sends it again while it is throttled or unanswered, as long as the time lasts. */
  async call<T>(request: (signal: AbortSignal) => Promise<T>): Promise<T> {
    for (let mostMs = FIRST_WAIT_MS; ; mostMs = Math.min(mostMs * 2, MOST_WAIT_MS)) {
      try {
        const answer = await limited(Math.min(ATTEMPT_LIMIT_MS, this.#leftMs()), request);
        this.#unheard = false;
        return answer;
      } catch (error) {
        this.#unheard ||= this.#table.mayHaveBeenCarriedOut(error);
        const waitMs = Math.random() * mostMs;
        if (!this.#table.passes(error) || waitMs >= this.#leftMs()) throw error;
        await delay(waitMs);
      }
    }
  }

  #leftMs(): number {
    return this.#endMs - performance.now();
  }
}

async function limited<T>(limitMs: number, request: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const given = new AbortController();
  const over = new AbortController();
  const limit = delay(Math.max(0, limitMs), undefined, { signal: over.signal }).then(() => {
    given.abort();
    throw Object.assign(new Error(`no answer within ${Math.round(limitMs)} ms`), { name: "TimeoutError" });
  });
  const answer = request(given.signal);
  // Whichever comes second has nobody to tell any more.
  for (const one of [limit, answer]) one.catch(() => {});
  try {
    return await Promise.race([answer, limit]);
  } finally {
    over.abort();
  }
}
