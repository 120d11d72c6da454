/** The life of a process that can be killed at any moment: whoever waits for something is then never resumed. */
export class Life {
  #over = false;
  readonly #work = new Set<Promise<unknown>>();

  get over(): boolean {
    return this.#over;
  }

  /** Waits for what happens elsewhere. */
  wait<T>(for_: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      for_.then(
        (value) => this.#over || resolve(value),
        (error) => this.#over || reject(error),
      );
    });
  }

  /** As `wait`, for what the process itself does. */
  through<T>(work: Promise<T>): Promise<T> {
    this.#work.add(work);
    const done = () => this.#work.delete(work);
    work.then(done, done);
    return this.wait(work);
  }

  end(): void {
    this.#over = true;
  }

  /** Resolves when nothing of what it had begun touches a file any more. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#work);
  }
}
