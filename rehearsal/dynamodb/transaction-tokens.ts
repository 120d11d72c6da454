import { isDeepStrictEqual } from "node:util";
import { refuse } from "./refusal.ts";
import type { Wire } from "./wire.ts";

/** For so long a repeated token is recognised. */
const TOKEN_MS = 10 * 60_000;
const TOKENS_MAX = 10_000;

interface Remembered {
  readonly input: Wire;
  readonly answer: Promise<object>;
  readonly atMs: number;
}

/** A client that lost the answer sends the transaction again with the same token: it must not happen twice. */
export class TransactionTokens {
  readonly #remembered = new Map<string, Remembered>();

  once(token: string | undefined, input: Wire, carryOut: () => Promise<object>): Promise<object> {
    if (token === undefined) return carryOut();
    this.#forgetOld();
    const known = this.#remembered.get(token);
    if (known === undefined) return this.#remember(token, input, carryOut());
    if (!isDeepStrictEqual(known.input, input))
      refuse("IdempotentParameterMismatchException", "The ClientRequestToken was used with other parameters");
    return known.answer;
  }

  /** Only success is remembered: what was cancelled may be tried again with the same token. */
  #remember(token: string, input: Wire, answer: Promise<object>): Promise<object> {
    this.#remembered.set(token, { input, answer, atMs: performance.now() });
    answer.catch(() => this.#remembered.delete(token));
    return answer;
  }

  /** The map is in the order of insertion, so the oldest come first. */
  #forgetOld(): void {
    const limitMs = performance.now() - TOKEN_MS;
    for (const [token, { atMs }] of this.#remembered) {
      if (atMs > limitMs && this.#remembered.size < TOKENS_MAX) return;
      this.#remembered.delete(token);
    }
  }
}
