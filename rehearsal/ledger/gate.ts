import { Code, ConnectError } from "@connectrpc/connect";

/**
 * Which generation of servers a gate behaves like. `scalardl-3.14` serialises pauses and says why one failed;
 * `scalardl-3.13` lets a failing pause open the gate whoever had closed it; `scalardb-server` does so too, does
 * not notice that somebody unpaused during its drain, and refuses requests instead of holding them.
 */
export type GateSemantics = "scalardl-3.14" | "scalardl-3.13" | "scalardb-server";

/** How a pause ended. Only `scalardl-3.14` tells the failures apart; the older ones are all `NOT_DRAINED`. */
export type PauseResult =
  | "PAUSED"
  | "TIMED_OUT"
  | "TIMED_OUT_STILL_PAUSED"
  | "GATE_OPEN"
  | "PAUSE_IN_PROGRESS"
  | "NOT_DRAINED";

/** What whoever sends a pause is told of it. */
export interface PauseWatch {
  answer(result: PauseResult): void;
  /** The gate closes now for this pause, or is closed already by another. */
  closing?(wasOpen: boolean): void;
}

/** Where the gate gets its time from; tests put their own in. */
export interface Timers {
  now(): number;
  /** Runs `act` once, after `ms`; the answer cancels it. */
  after(ms: number, act: () => void): () => void;
}

/** What a server waits where a pause does not say. */
export const DRAIN_WAIT_DEFAULT_MS = 30_000;

// A longer timer would fire at once; nobody waits for 24 days.
const TIMER_MOST_MS = 2 ** 31 - 1;

const realTimers: Timers = {
  now: () => performance.now(),
  after(ms, act) {
    const timer = setTimeout(act, Math.min(ms, TIMER_MOST_MS));
    return () => clearTimeout(timer);
  },
};

/**
 * The front gate of an instance: requests go in and out, a pause closes it and waits for those inside.
 * Like the real ones it has no owner, lives in memory only, and never notices that a pause's client went away.
 */
export class Gate {
  readonly semantics: GateSemantics;
  readonly #timers: Timers;
  #open = true;
  #outstanding = 0;
  /** `scalardl-3.14`: a pause is between closing the gate and deciding whether to reopen it. */
  #pauseInProgress = false;
  readonly #held: (() => void)[] = [];
  /** Waits that look at the gate again whenever it changes. */
  readonly #watchers = new Set<() => void>();

  constructor(semantics: GateSemantics, timers: Timers = realTimers) {
    this.semantics = semantics;
    this.#timers = timers;
  }

  /** Requests inside, not counting those that are held at the gate. */
  get outstanding(): number {
    return this.#outstanding;
  }

  /** Lets a request in. While the gate is closed a ScalarDL holds it until the unpause, a ScalarDB Server refuses it. */
  async letIn(): Promise<void> {
    if (!this.#open && this.semantics === "scalardb-server") {
      throw new ConnectError("the server is paused", Code.Unavailable);
    }
    if (this.#open) this.#outstanding++;
    else await new Promise<void>((admit) => this.#held.push(admit));
  }

  /** Lets a request out again; to be called exactly once for each that got in. */
  letOut(): void {
    if (this.#outstanding > 0) this.#outstanding--;
    if (this.#outstanding === 0) this.#changed();
  }

  /** True as soon as the gate is closed, so already while a pause still drains. */
  checkPaused(): boolean {
    return !this.#open;
  }

  /** Opens the gate, whoever closed it. */
  unpause(): void {
    this.#open = true;
    for (const admit of this.#held.splice(0)) {
      this.#outstanding++;
      admit();
    }
    this.#changed();
  }

  /** Closes the gate; with `wait` answers when nothing is outstanding any more, or after `mostMs`. */
  pause(wait: boolean, mostMs: number | undefined): Promise<PauseResult> {
    return new Promise((resolve) => this.pauseThen(wait, mostMs, { answer: resolve }));
  }

  /** As `pause`, within this very moment where nothing has to be waited for. */
  pauseThen(wait: boolean, mostMs: number | undefined, watch: PauseWatch): void {
    if (this.semantics === "scalardl-3.14") this.#pauseInTurn(wait, mostMs ?? DRAIN_WAIT_DEFAULT_MS, watch);
    else this.#pauseAtOnce(wait, mostMs || DRAIN_WAIT_DEFAULT_MS, watch);
  }

  #close({ closing }: PauseWatch): void {
    const wasOpen = this.#open;
    this.#open = false;
    closing?.(wasOpen);
  }

  /** One pause after the other; one that fails undoes its own closure and nobody else's. */
  #pauseInTurn(wait: boolean, mostMs: number, watch: PauseWatch): void {
    if (!wait) {
      if (!this.#pauseInProgress) this.#close(watch);
      watch.answer(this.#pauseInProgress ? "PAUSE_IN_PROGRESS" : "PAUSED");
      return;
    }
    const deadline = this.#timers.now() + mostMs;
    this.#when(
      () => !this.#pauseInProgress || undefined,
      mostMs,
      false,
      (turn) => {
        if (!turn) {
          watch.answer("PAUSE_IN_PROGRESS");
          return;
        }
        this.#pauseInProgress = true;
        const atTimeout = this.#open ? "TIMED_OUT" : "TIMED_OUT_STILL_PAUSED";
        this.#close(watch);
        this.#drain(deadline - this.#timers.now(), atTimeout, watch);
      },
    );
  }

  #drain(mostMs: number, atTimeout: PauseResult, { answer }: PauseWatch): void {
    this.#when(
      () => this.#stateOfDrain(),
      mostMs,
      atTimeout,
      (result) => {
        this.#pauseInProgress = false;
        if (result === "TIMED_OUT") this.unpause();
        else this.#changed();
        answer(result);
      },
    );
  }

  #stateOfDrain(): PauseResult | undefined {
    if (this.#open) return "GATE_OPEN";
    return this.#outstanding === 0 ? "PAUSED" : undefined;
  }

  /** Before 3.14: pauses know nothing of each other, and one that fails opens the gate for all. */
  #pauseAtOnce(wait: boolean, mostMs: number, watch: PauseWatch): void {
    const heedsUnpause = this.semantics === "scalardl-3.13";
    this.#close(watch);
    if (!wait) {
      watch.answer("PAUSED");
      return;
    }
    const decide = () => {
      if (this.#outstanding === 0) return "PAUSED";
      return heedsUnpause && this.#open ? "NOT_DRAINED" : undefined;
    };
    this.#when<PauseResult>(decide, mostMs, "NOT_DRAINED", (result) => {
      if (result === "NOT_DRAINED") this.unpause();
      watch.answer(result);
    });
  }

  #changed(): void {
    for (const look of [...this.#watchers]) look();
  }

  /**
   * Waits until `decide` answers, looking now and after every change, or until `ms` have passed. `conclude` runs in
   * the very moment of the decision, as under the lock of the real gate: nothing comes between the two.
   */
  #when<T>(decide: () => T | undefined, ms: number, atTimeout: T, conclude: (decision: T) => void): void {
    const settle = (decision: T) => {
      // A look that an earlier watcher's conclusion set off may find this one settled already.
      if (!this.#watchers.delete(look)) return;
      cancel();
      conclude(decision);
    };
    const look = () => {
      const decision = decide();
      if (decision !== undefined) settle(decision);
    };
    this.#watchers.add(look);
    let cancel = () => {};
    look();
    if (!this.#watchers.has(look)) return;
    if (ms <= 0) settle(atTimeout);
    else cancel = this.#timers.after(ms, () => settle(atTimeout));
  }
}
