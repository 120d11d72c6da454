import type { Row, TableSchema } from "../../../shared/verify/row-source.ts";
import { Agenda } from "../../../simulator/agenda.ts";
import { type Chance, chanceOf } from "../../../simulator/chance.ts";
import type { Kind } from "./kind.ts";
import { COMMITTED, STATE, schemasOf } from "./rows.ts";
import { type Attempt, type History, type Item, newestOf, Store } from "./store.ts";

/** Goes on after each of the waits that it yields, in ms; or never, where its process dies before. */
export type Steps<T = void> = Generator<number, T, void>;

/** A server of the ledger, with a clock of its own. */
export interface Process {
  clock(): number;
}

/** In ms of true time, which is the database's clock. */
const BEGIN_MS = 1_800_000_000_000;
const LENGTH_MS = 20_000;
/** Most worlds have a past: some transactions, and then nothing for longer than settling calls near, or less long. */
const PAST_MS = 4000;
const PASTS_MS = [0, PAST_MS + 100_000, PAST_MS + 700_000] as const;
const PROCESSES = 3;
const STEP_MS = 8;
const STALL_MS = 3000;
/** How often a clock that is set is set. */
const CLOCK_SET_MS = 2000;

/** A little world in which transactions run, with its true history. */
export class World implements History {
  readonly kind: Kind;
  readonly boundMs: number;
  readonly chance: Chance;
  readonly agenda = new Agenda();
  readonly store = new Store(() => this.nowMs);
  readonly processes: readonly [Process, ...Process[]];
  readonly attempts: Attempt[] = [];
  /** How long a record is left in doubt before a reader aborts its transaction. */
  readonly lifeMs: number;
  readonly rate: number;
  /** Of true time: what matters happens between them. */
  readonly fromMs: number;
  readonly untilMs: number;
  #requests = 0;

  constructor(kind: Kind, seed: string) {
    this.kind = kind;
    this.chance = chanceOf(seed);
    this.boundMs = this.chance.pick(kind.boundsMs);
    this.lifeMs = this.chance.pick([500, 3000]);
    this.rate = this.chance.pick(kind.rates);
    this.fromMs = BEGIN_MS + this.chance.pick(PASTS_MS);
    this.untilMs = this.fromMs + LENGTH_MS;
    const more = Array.from({ length: PROCESSES - 1 }, () => this.#process());
    this.processes = [this.#process(), ...more];
  }

  get items(): readonly Item[] {
    return [...this.store.items];
  }

  get namespaces(): readonly [string, ...string[]] {
    return ["default", ...Array.from({ length: this.kind.namespaces - 1 }, (_, index) => `ns${index + 1}`)];
  }

  get schemas(): readonly TableSchema[] {
    const { functions, users } = this.kind;
    return schemasOf(this.namespaces, functions + users > 0);
  }

  get logsWriteSets(): boolean {
    return this.kind.writeSets > 0;
  }

  get nowMs(): number {
    return BEGIN_MS + this.agenda.nowMs;
  }

  nextNumber(): number {
    this.#requests += 1;
    return this.#requests;
  }

  /** Lets what was spawned, and what that spawns, happen. */
  run(): void {
    this.agenda.run(this.untilMs - BEGIN_MS, () => undefined);
  }

  /** How long nothing happens any more, once a past is over. */
  sleepLeftMs(): number {
    const isAsleep = this.nowMs > BEGIN_MS + PAST_MS && this.nowMs < this.fromMs;
    return isAsleep ? this.fromMs - this.nowMs : 0;
  }

  /** Carries the steps out; their process may die between any two of them. */
  spawn(steps: Steps): void {
    const next = steps.next();
    if (next.done) return;
    if (this.chance.flip(this.kind.crash)) return;
    this.agenda.after(next.value, () => this.spawn(steps));
  }

  /** How long the next step takes. */
  pace(): number {
    const stalls = this.chance.flip(this.kind.stall);
    return this.chance.exponential(STEP_MS) + (stalls ? this.chance.between(0, STALL_MS) : 0);
  }

  /** How long the write of a decision takes, once its time was read. */
  latePace(): number {
    const isLate = this.kind.lateDecision > 0 && this.chance.flip(0.2);
    return this.pace() + (isLate ? this.chance.between(0, this.kind.lateDecision * 1000) : 0);
  }

  /** Writes a decision unless there is one, and answers the one that is there. */
  decide(id: string, state: number, createdMs: number, writeSet: Row = {}): Row {
    const item = this.decisionOf(id);
    const there = newestOf(item).row;
    if (there !== undefined) return there;
    const [parent = id, child] = id.split("$");
    // A group's row is its parent's; what a reader aborts has a row of its own.
    const grouped = child !== undefined && state === COMMITTED;
    const row = { tx_id: grouped ? parent : id, tx_state: state, tx_created_at: createdMs, ...writeSet };
    this.store.write(item, {
      row: grouped ? { ...row, tx_child_ids: child } : row,
      last: undefined,
      doubt: undefined,
    });
    return row;
  }

  /** One item for whichever row decides the transaction: groups here have one child. */
  decisionOf(id: string): Item {
    return this.store.item(STATE, { tx_id: id.split("$")[0] ?? id });
  }

  #process(): Process {
    const apartMs = this.boundMs * this.kind.clocksTimes;
    const offset = () => {
      // The ends are where a bound is tried.
      const at = this.chance.pick([-1, 1, this.chance.between(-1, 1)]);
      return at * apartMs;
    };
    let offsetMs = offset();
    const set = () => {
      offsetMs = offset();
      this.agenda.after(this.chance.exponential(CLOCK_SET_MS), set);
    };
    if (this.kind.clocksStep) this.agenda.after(this.chance.exponential(CLOCK_SET_MS), set);
    return { clock: () => Math.floor(this.nowMs + offsetMs) };
  }
}
