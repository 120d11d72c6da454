/**
 * The requests of one call in both directions, sent one at a time as they come. `return` and `throw` are called by
 * the transport when the server ends the call first; without them it would wait for a next request for ever.
 */
export class Requests<T> implements AsyncIterableIterator<T, undefined> {
  readonly #sent: T[] = [];
  #ended = false;
  #wake: (() => void) | undefined;

  send(request: T): void {
    this.#sent.push(request);
    this.#wake?.();
  }

  end(): void {
    this.#ended = true;
    this.#wake?.();
  }

  async next(): Promise<IteratorResult<T, undefined>> {
    while (this.#sent.length === 0 && !this.#ended) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const value = this.#sent.shift();
    return value === undefined ? { done: true, value: undefined } : { done: false, value };
  }

  async return(): Promise<IteratorResult<T, undefined>> {
    this.end();
    return { done: true, value: undefined };
  }

  async throw(): Promise<IteratorResult<T, undefined>> {
    return this.return();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
