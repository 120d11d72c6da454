/** What goes on after a call was answered: tables being created, restored, deleted, backups being written. */
export class Background {
  readonly #of: string;
  readonly #closing = new AbortController();
  readonly #running = new Set<Promise<void>>();
  readonly #failures: unknown[] = [];

  /** Whose background it is, for its complaint. */
  constructor(of: string) {
    this.#of = of;
  }

  get signal(): AbortSignal {
    return this.#closing.signal;
  }

  run(work: () => Promise<void>): void {
    const running: Promise<void> = work()
      .catch((error: unknown) => {
        if (!this.signal.aborted) this.#failures.push(error);
      })
      .finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  /** Ends every wait; what is under way fails, and nobody hears of it. */
  abort(): void {
    this.#closing.abort();
  }

  /** Whatever failed before the end is thrown here, since no call could be answered with it. */
  async ended(): Promise<void> {
    await Promise.all(this.#running);
    if (this.#failures.length > 0)
      throw new AggregateError(this.#failures, `The rehearsal's ${this.#of} failed in the background`);
  }
}
