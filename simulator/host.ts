import type { Clock as Read } from "../shared/backup/effects.ts";
import type { Agenda, Cancel } from "./agenda.ts";
import type { Clock } from "./clock.ts";

/** One machine with one process on it, which can stand still, be interrupted, and die. */
export class Host {
  readonly name: string;
  readonly agenda: Agenda;
  /** Counted time, which nobody can set; it stands still while the machine is suspended. */
  readonly ours: Clock;
  readonly wall: Clock;
  isAlive = true;
  isInterrupted = false;
  diedMs: number | undefined;
  #stillUntilMs = 0;
  readonly #stood: { readonly fromMs: number; readonly toMs: number }[] = [];
  readonly #onInterrupt = new Set<() => void>();

  constructor(name: string, agenda: Agenda, clocks: { readonly ours: Clock; readonly wall: Clock }) {
    this.name = name;
    this.agenda = agenda;
    this.ours = clocks.ours;
    this.wall = clocks.wall;
  }

  read(): Read {
    const { nowMs } = this.agenda;
    return { oursMs: this.ours.at(nowMs), wallMs: this.wall.at(nowMs) };
  }

  /** Does something in this process: at once, or when it moves again, or never where it is dead. */
  do(act: () => void): void {
    if (!this.isAlive) return;
    if (this.agenda.nowMs >= this.#stillUntilMs) act();
    else this.agenda.at(this.#stillUntilMs, () => this.do(act));
  }

  after(ms: number, act: () => void): Cancel {
    return this.agenda.after(ms, () => this.do(act));
  }

  /** When something is noticed that happens at a moment in the past: at once, or when the process moved again. */
  noticedMs(trueMs: number): number {
    return this.#stood.find(({ fromMs, toMs }) => fromMs <= trueMs && trueMs < toMs)?.toMs ?? trueMs;
  }

  hasStoodSince(trueMs: number): boolean {
    return this.#stood.some(({ toMs }) => toMs > trueMs);
  }

  freeze(ms: number): void {
    const { nowMs } = this.agenda;
    this.agenda.note(() => `${this.name} stands still for ${ms.toFixed(0)} ms`);
    this.#stillUntilMs = Math.max(this.#stillUntilMs, nowMs + ms);
    this.#stood.push({ fromMs: nowMs, toMs: this.#stillUntilMs });
  }

  /** The whole machine stands still, and its counted time with it; its wall clock is right again afterwards. */
  suspend(ms: number): void {
    this.ours.stop(this.agenda.nowMs, ms);
    this.freeze(ms);
  }

  kill(): void {
    this.agenda.note(() => `${this.name} dies`);
    this.isAlive = false;
    this.diedMs ??= this.agenda.nowMs;
  }

  interrupt(): void {
    if (this.isInterrupted) return;
    this.isInterrupted = true;
    this.agenda.note(() => `${this.name} is interrupted`);
    for (const act of [...this.#onInterrupt]) this.do(act);
  }

  onInterrupt(act: () => void): Cancel {
    this.#onInterrupt.add(act);
    return () => this.#onInterrupt.delete(act);
  }
}
