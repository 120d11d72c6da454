import { randomUUID } from "node:crypto";
import type { Store } from "../catalog/store.ts";
import { codeOf, StillpointError } from "../errors/stillpoint-error.ts";
import type { Effect, Outcome } from "./effect.ts";
import { digestOf, type Entry, FENCE, outcomeIn } from "./journal-entry.ts";

/** Whoever is stopped may still write what it was about to. */
const TAKE_OVER_TRIES_MOST = 20;

/** Whose journal it is in several processes, and how many entries were there before. */
export interface Begun {
  readonly by: string;
  readonly begun: number;
}

/**
 * What a run has done so far, in the catalog. Answers are written as they come. A failure is written only once
 * the workflow has gone on in spite of it: the failure that ends a run is tried again when it is resumed.
 */
export class Journal {
  readonly #store: Store;
  readonly #run: string;
  readonly #by: string;
  /** By position: the entry and its number. */
  readonly #past = new Map<string, { readonly entry: Entry; readonly index: number }>();
  #appended: Promise<void> = Promise.resolve();
  #flushed: Promise<void> = Promise.resolve();
  #next = 0;
  /** Entries from this one on are ours, or somebody else has taken the run over. */
  #begun: number;
  readonly #deferred: Entry[] = [];

  private constructor(store: Store, run: string, by: string, entries: readonly Entry[]) {
    this.#store = store;
    this.#run = run;
    this.#by = by;
    for (const entry of entries) this.#keep(entry);
    this.#begun = this.#next;
  }

  /** `by` is given by whoever goes on as the same one in another process. */
  static async open(store: Store, run: string, by: string = randomUUID()): Promise<Journal> {
    return new Journal(store, run, by, (await store.journal(run)) as Entry[]);
  }

  /**
   * Opened anew by whoever has begun at so many entries, in another process. `CATALOG_CONFLICT` where somebody else
   * has written since.
   */
  static async goOn(store: Store, run: string, { by, begun }: Begun): Promise<Journal> {
    const entries = (await store.journal(run)) as Entry[];
    const journal = new Journal(store, run, by, entries);
    journal.#begun = begun;
    journal.#refuseForeign(entries);
    return journal;
  }

  /**
   * Begins as this owner, however often it is asked: answers what others have written before, and stops them at their
   * next entry.
   */
  static async takeOver(store: Store, run: string, by: string): Promise<readonly Entry[]> {
    for (let tries = 1; ; tries++) {
      const entries = (await store.journal(run)) as Entry[];
      const others = entries.slice(0, entries.findLastIndex((entry) => entry.by !== by) + 1);
      if (others.length < entries.length) return others;
      try {
        await store.append(run, entries.length, { position: FENCE, by });
        return others;
      } catch (error) {
        if (codeOf(error) !== "CATALOG_CONFLICT" || tries === TAKE_OVER_TRIES_MOST) throw error;
      }
    }
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
    return this.#isForeign(await this.#entries());
  }

  /** Whether nothing at all was done yet, in this process or an earlier one. */
  get isEmpty(): boolean {
    return [...this.#past.keys()].every((position) => position === FENCE);
  }

  get size(): number {
    return this.#next;
  }

  /** Whether an effect of this kind was carried out, and somebody heard that it was done. */
  holds(kind: string): boolean {
    return [...this.#past.values()].some(({ entry }) => entry.kind === kind && entry.outcome.ok);
  }

  /**
   * Says how many entries there were when we began, in an earlier process. `CATALOG_CONFLICT` where somebody else
   * has written since.
   */
  async beginAt(size: number): Promise<void> {
    this.#begun = size;
    this.#refuseForeign(await this.#entries());
  }

  /** Whether this position was answered before we began. */
  remembers(position: string): boolean {
    const kept = this.#past.get(position);
    return kept !== undefined && kept.index < this.#begun;
  }

  /** The outcome on record for the effect at this position; `JOURNAL_DIVERGED` where another effect stands there. */
  recall(position: string, effect: Effect): Outcome | undefined {
    const past = this.#past.get(position)?.entry;
    return past && outcomeIn(past, effect, this.#run);
  }

  async record(position: string, effect: Effect, outcome: Outcome): Promise<void> {
    if (outcome.ok) await this.#append(this.#entryOf(position, effect, outcome));
    else this.defer(position, effect, outcome);
  }

  /** Written with the next `flush`, unless it stands there already. */
  defer(position: string, effect: Effect, outcome: Outcome): void {
    if (!this.#past.has(position)) this.#deferred.push(this.#entryOf(position, effect, outcome));
  }

  /** Called when the workflow goes on: what was deferred is now part of its history. */
  flush(): Promise<void> {
    this.#flushed = this.#flushed.catch(() => undefined).then(() => this.#writeDeferred());
    return this.#flushed;
  }

  async #writeDeferred(): Promise<void> {
    for (let [entry] = this.#deferred; entry !== undefined; [entry] = this.#deferred) {
      await this.#append(entry);
      this.#deferred.shift();
    }
  }

  #entryOf(position: string, effect: Effect, outcome: Outcome): Entry {
    return { position, kind: effect.kind, effect: digestOf(effect), outcome, by: this.#by };
  }

  /** Effects run side by side, but entries are numbered one after another. */
  #append(entry: Entry): Promise<void> {
    this.#appended = this.#appended.catch(() => undefined).then(() => this.#write(entry));
    return this.#appended;
  }

  async #write(entry: Entry): Promise<void> {
    while (!this.#past.has(entry.position))
      try {
        await this.#store.append(this.#run, this.#next, entry);
        this.#keep(entry);
      } catch (error) {
        if (codeOf(error) !== "CATALOG_CONFLICT" || !(await this.#catchUp())) throw error;
      }
  }

  /** Takes up entries of our own that we did not know of: their answer was lost, or they came late. */
  async #catchUp(): Promise<boolean> {
    const entries = await this.#entries();
    if (entries.length <= this.#next || this.#isForeign(entries)) return false;
    for (const entry of entries.slice(this.#next)) this.#keep(entry);
    return true;
  }

  async #entries(): Promise<readonly Entry[]> {
    return (await this.#store.journal(this.#run)) as Entry[];
  }

  #isForeign(entries: readonly Entry[]): boolean {
    return entries.slice(this.#begun).some(({ by }) => by !== this.#by);
  }

  #refuseForeign(entries: readonly Entry[]): void {
    if (!this.#isForeign(entries)) return;
    throw new StillpointError(
      "CATALOG_CONFLICT",
      `somebody else has gone on with run "${this.#run}" or abandoned it; nothing more was done`,
    );
  }

  #keep(entry: Entry): void {
    this.#past.set(entry.position, { entry, index: this.#next });
    this.#next++;
  }
}
