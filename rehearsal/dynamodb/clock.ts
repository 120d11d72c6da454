/** The database's clock, which may differ from the machine's as a cloud's does. Times are whole ms. */
export class DatabaseClock {
  #offsetMs: number;

  constructor(offsetMs: number) {
    this.#offsetMs = offsetMs;
  }

  now(): number {
    return Math.floor(Date.now() + this.#offsetMs);
  }

  setOffset(offsetMs: number): void {
    this.#offsetMs = offsetMs;
  }
}

/** As the wire has it: seconds since the epoch, with the ms as a fraction. */
export function toWireSeconds(ms: number): number {
  return ms / 1000;
}
