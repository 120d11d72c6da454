import { isDeepStrictEqual } from "node:util";

/** What an item was from a moment on; no item where it was deleted. */
interface State<Item> {
  readonly atMs: number;
  readonly order: number;
  readonly item: Item | undefined;
}

interface History<Item> {
  readonly key: Item;
  states: State<Item>[];
}

export interface JournalEntry<Item> {
  readonly key: Item;
  readonly atMs: number;
  readonly item: Item | undefined;
}

/** Every state that every item of one incarnation of a table, or of a container, has had, in memory. */
export class Journal<Item> {
  readonly #histories = new Map<string, History<Item>>();
  #statesMax: number;
  #states = 0;
  #order = 0;
  #earliestMs = 0;

  constructor(statesMax: number) {
    this.#statesMax = statesMax;
  }

  /** From when on the states are complete; later than the table's birth once the oldest were forgotten. */
  get earliestMs(): number {
    return this.#earliestMs;
  }

  /** A clock that was set back must not reorder an item's states: its times never decrease. */
  record(keyText: string, key: Item, atMs: number, item: Item | undefined): void {
    const history = this.#historyOf(keyText, key);
    const last = history.states.at(-1);
    if (isDeepStrictEqual(last?.item, item)) return;
    history.states.push({ atMs: Math.max(atMs, last?.atMs ?? 0), order: this.#order++, item });
    this.#states++;
    if (this.#states > this.#statesMax) this.#forgetOldest();
  }

  latest(keyText: string): Item | undefined {
    return this.#histories.get(keyText)?.states.at(-1)?.item;
  }

  /** When the first state after a time began, if there is one. */
  firstAfter(ms: number): number | undefined {
    const firsts = [...this.#histories.values()].flatMap(
      ({ states }) => states.find(({ atMs }) => atMs > ms)?.atMs ?? [],
    );
    return firsts.length === 0 ? undefined : firsts.reduce((first, atMs) => Math.min(first, atMs));
  }

  /** The items as they were, each at its own instant. */
  snapshot(instantOf: (keyText: string) => number): readonly Item[] {
    return [...this.#histories].flatMap(([keyText, { states }]) => {
      const instant = instantOf(keyText);
      const item = states.findLast(({ atMs }) => atMs <= instant)?.item;
      return item === undefined ? [] : [item];
    });
  }

  /** All states in the order of their times. */
  entries(): readonly JournalEntry<Item>[] {
    return [...this.#histories.values()]
      .flatMap(({ key, states }) => states.map((state) => ({ key, ...state })))
      .sort((a, b) => a.atMs - b.atMs || a.order - b.order)
      .map(({ key, atMs, item }) => ({ key, atMs, item }));
  }

  #historyOf(keyText: string, key: Item): History<Item> {
    const known = this.#histories.get(keyText);
    if (known !== undefined) return known;
    const history: History<Item> = { key, states: [] };
    this.#histories.set(keyText, history);
    return history;
  }

  /** Gives up the older half, so that a long run does not fill the memory; the coverage shrinks accordingly. */
  #forgetOldest(): void {
    const times = [...this.#histories.values()].flatMap(({ states }) => states.map(({ atMs }) => atMs));
    this.#earliestMs = times.sort((a, b) => a - b)[times.length >> 1] ?? this.#earliestMs;
    this.#states = 0;
    for (const [keyText, history] of this.#histories) {
      const from = history.states.findLastIndex(({ atMs }) => atMs <= this.#earliestMs);
      history.states = history.states.slice(Math.max(from, 0));
      if (history.states.length === 1 && history.states[0]?.item === undefined)
        this.#histories.delete(keyText);
      else this.#states += history.states.length;
    }
    // A table with more items than that keeps at least as many states again before the next round.
    this.#statesMax = Math.max(this.#statesMax, 2 * this.#states);
  }
}
