import { createHash } from "node:crypto";
import type { Store } from "../catalog/store.ts";
import { StillpointError } from "../errors/stillpoint-error.ts";
import { canonicalJson } from "./canonical-json.ts";
import type { Effect, Outcome } from "./effect.ts";

interface Entry {
  readonly position: string;
  readonly kind: string;
  /** Digest of the effect, so that a journal is never replayed into a workflow that asks something else. */
  readonly effect: string;
  readonly outcome: Outcome;
}

/** No effect has this position. */
const FENCE = "fence";

/**
 * What a run has done so far, in the catalog. Answers are written as they come. A failure is written only once
 * the workflow has gone on in spite of it: the failure that ends a run is tried again when it is resumed.
 */
export class Journal {
  readonly #store: Store;
  readonly #run: string;
  readonly #past: Map<string, Entry>;
  #appended: Promise<void> = Promise.resolve();
  #next: number;
  #failures: Entry[] = [];

  private constructor(store: Store, run: string, entries: readonly Entry[]) {
    this.#store = store;
    this.#run = run;
    this.#past = new Map(entries.map((entry) => [entry.position, entry]));
    this.#next = entries.length;
  }

  static async open(store: Store, run: string): Promise<Journal> {
    return new Journal(store, run, (await store.journal(run)) as Entry[]);
  }

  /**
   * Stops a runner of this run that is still at work, at its next entry: the one written here answers no effect
   * and takes its place. `CATALOG_CONFLICT` where the runner was quicker.
   */
  static async fence(store: Store, run: string): Promise<void> {
    const entries = await store.journal(run);
    await store.append(run, entries.length, { position: FENCE });
  }

  /** Whether another process has written to this journal meanwhile: then the run is no longer ours. */
  async isOvertaken(): Promise<boolean> {
    return (await this.#store.journal(this.#run)).length > this.#next;
  }

  /** Whether nothing at all was done yet, in this process or an earlier one. */
  get isEmpty(): boolean {
    return this.#next === 0;
  }

  /** Whether an earlier process carried out an effect of this kind and heard that it was done. */
  holds(kind: string): boolean {
    return [...this.#past.values()].some((entry) => entry.kind === kind && entry.outcome.ok);
  }

  /** The outcome on record for the effect at this position; `JOURNAL_DIVERGED` where another effect stands there. */
  recall(position: string, effect: Effect): Outcome | undefined {
    const past = this.#past.get(position);
    if (past === undefined) return undefined;
    if (past.kind === effect.kind && past.effect === digest(effect)) return past.outcome;
    throw new StillpointError(
      "JOURNAL_DIVERGED",
      `journal of run "${this.#run}" has "${past.kind}" at step ${position} where this version would do "${effect.kind}"`,
    );
  }

  async record(position: string, effect: Effect, outcome: Outcome): Promise<void> {
    const entry: Entry = { position, kind: effect.kind, effect: digest(effect), outcome };
    if (outcome.ok) await this.#append(entry);
    else this.#failures.push(entry);
  }

  /** Called when the workflow goes on: the failures it was given are now part of its history. */
  async flush(): Promise<void> {
    const failures = this.#failures;
    this.#failures = [];
    for (const entry of failures) await this.#append(entry);
  }

  /** Effects run side by side, but entries are numbered one after another. */
  #append(entry: Entry): Promise<void> {
    this.#appended = this.#appended.then(async () => {
      await this.#store.append(this.#run, this.#next, entry);
      // Only then is it ours: an entry that somebody else has written shows that we were overtaken.
      this.#next++;
    });
    return this.#appended;
  }
}

function digest(effect: Effect): string {
  return createHash("sha256").update(canonicalJson(effect)).digest("hex").slice(0, 16);
}
