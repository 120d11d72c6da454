interface Entry {
  readonly ms: number;
  /** Of two at one moment the one that was made first. */
  readonly order: number;
  act: (() => void) | undefined;
}

/** Takes what was put on the agenda off it again. */
export type Cancel = () => void;

/** Virtual time: what is to happen, in its order. Times are ms of true time, which no clock in the world shows. */
export class Agenda {
  nowMs = 0;
  /** Told what happens, where somebody wants to read along. */
  onNote: ((text: string) => void) | undefined;
  readonly #heap: Entry[] = [];
  #made = 0;

  at(ms: number, act: () => void): Cancel {
    const entry: Entry = { ms: Math.max(ms, this.nowMs), order: this.#made++, act };
    this.#push(entry);
    return () => {
      entry.act = undefined;
    };
  }

  after(ms: number, act: () => void): Cancel {
    return this.at(this.nowMs + ms, act);
  }

  note(text: () => string): void {
    this.onNote?.(`${this.nowMs.toFixed(3).padStart(11)}  ${text()}`);
  }

  /** Lets things happen until nothing is left, or `untilMs`; `look` after each of them. */
  run(untilMs: number, look: () => void): void {
    for (let next = this.#pop(); next !== undefined; next = this.#pop()) {
      if (next.ms > untilMs) return;
      if (next.act === undefined) continue;
      this.nowMs = next.ms;
      next.act();
      look();
    }
  }

  #push(entry: Entry): void {
    const heap = this.#heap;
    let at = heap.push(entry) - 1;
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = heap[above] as Entry;
      if (comesFirst(parent, entry)) break;
      heap[at] = parent;
      at = above;
    }
    heap[at] = entry;
  }

  #pop(): Entry | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= heap.length) break;
      if (below + 1 < heap.length && comesFirst(heap[below + 1] as Entry, heap[below] as Entry)) below++;
      if (comesFirst(last, heap[below] as Entry)) break;
      heap[at] = heap[below] as Entry;
      at = below;
    }
    heap[at] = last;
    return first;
  }
}

function comesFirst(a: Entry, b: Entry): boolean {
  return a.ms < b.ms || (a.ms === b.ms && a.order < b.order);
}
