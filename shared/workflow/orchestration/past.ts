import type { Effect, Outcome } from "../effect.ts";
import { type Entry, outcomeIn } from "../journal-entry.ts";
import type { Deferred } from "./errand.ts";

/** The journal as an orchestrator knows it, from what activities have answered: the same on every replay. */
export class Past {
  readonly #run: string;
  readonly #entries = new Map<string, Omit<Entry, "by">>();
  readonly #recorded = new Set<string>();
  #deferred: readonly Deferred[] = [];
  /** How many entries others have written before this orchestration began. */
  begun = 0;

  constructor(run: string) {
    this.#run = run;
  }

  take(page: readonly Omit<Entry, "by">[]): void {
    for (const entry of page) this.#entries.set(entry.position, entry);
  }

  remembers(position: string): boolean {
    return this.#entries.has(position);
  }

  recall(position: string, effect: Effect): Outcome | undefined {
    const entry = this.#entries.get(position);
    return entry && outcomeIn(entry, effect, this.#run);
  }

  /** An activity has written it down. */
  record(position: string): void {
    this.#recorded.add(position);
  }

  /** To be written down by the next activity, unless it stands there already. */
  defer(position: string, effect: Effect, outcome: Outcome): void {
    if (this.#entries.has(position) || this.#recorded.has(position)) return;
    this.#recorded.add(position);
    this.#deferred = [...this.#deferred, { position, effect, outcome }];
  }

  get deferred(): readonly Deferred[] {
    return this.#deferred;
  }

  /** An activity that was sent with these has written them down. */
  written(deferred: readonly Deferred[]): void {
    this.#deferred = this.#deferred.filter((one) => !deferred.includes(one));
  }
}
