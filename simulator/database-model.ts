import type { Capture } from "../shared/backup/effects.ts";
import { firstLook, furtherLook } from "../shared/databases/clock-probe.ts";
import type { ClockBound, ClockSample } from "../shared/pause/clock-bound.ts";
import type { Outcome } from "../shared/workflow/effect.ts";
import type { Agenda } from "./agenda.ts";
import type { Chance } from "./chance.ts";
import type { Clock } from "./clock.ts";
import { failed, succeed } from "./drive.ts";
import type { Host } from "./host.ts";

const LATENCY_LEAST_MS = 0.5;
const LATENCY_MEAN_MS = 2.5;
const SILENCE_LIMIT_MS = 1_500;
const CAPTURE_MEAN_MS = 60;

const INTERRUPTED = failed("INTERRUPTED", "interrupted while the clock was measured");

/** A database with point-in-time recovery, known by the `Date` of its answers. */
export class DatabaseModel {
  readonly name: string;
  /** That of its front ends, which the answers carry. */
  readonly clock: Clock;
  /** That of its recovery log, which alone decides what a second holds: ahead of the other by so much. */
  readonly logAheadMs: number;
  #identity = 1;
  #coveredFromSecond = 0;
  /** True time of the last look at the tables, and of the last change of them. */
  lookedMs = 0;
  changedMs = 0;
  /** How old a front end's cached header may be. */
  cachedMs = 0;
  isSilent = false;
  /** True time of the first and the last answer that told the time. */
  readonly answered = { firstMs: Number.POSITIVE_INFINITY, lastMs: 0 };
  readonly #agenda: Agenda;
  readonly #chance: Chance;

  constructor(name: string, clock: Clock, logAheadMs: number, agenda: Agenda, chance: Chance) {
    this.name = name;
    this.clock = clock;
    this.logAheadMs = logAheadMs;
    this.#agenda = agenda;
    this.#chance = chance;
  }

  /** What the tables are called, with their ids. */
  get tables(): string {
    return `${this.name} table ${this.#identity}`;
  }

  /** Deleted and made anew: a table of the same name without the history. */
  recreate(): void {
    this.#identity++;
    this.changedMs = this.#agenda.nowMs;
  }

  /** Recovery is switched off and on again. */
  forget(): void {
    this.#coveredFromSecond = Math.ceil(this.clock.at(this.#agenda.nowMs) / 1000);
    this.changedMs = this.#agenda.nowMs;
  }

  canRestoreTo(atSecond: number, captured: unknown): boolean {
    return captured === this.tables && this.#coveredFromSecond <= atSecond;
  }

  capture(host: Host, done: (outcome: Outcome) => void): void {
    host.after(this.#chance.exponential(CAPTURE_MEAN_MS), () => {
      this.lookedMs = this.#agenda.nowMs;
      const coveredFromSecond = this.#coveredFromSecond;
      const identity = [this.tables];
      const captured: Capture = { identity, problems: [], coveredFromSecond, captured: this.tables };
      done(
        this.isSilent ? failed("DATABASE_UNREACHABLE", `"${this.name}" did not answer`) : succeed(captured),
      );
    });
  }

  /** As the real probe, in virtual time. */
  probe(
    host: Host,
    { known, budgetMs }: { readonly known?: ClockBound; readonly budgetMs: number },
    done: (outcome: Outcome) => void,
  ): void {
    const untilMs = host.read().oursMs + budgetMs;
    const samples: ClockSample[] = [];
    const look = (times: readonly number[]) =>
      this.#ask(host, times, (answers) => {
        samples.push(...answers);
        const next = answers.length === 0 ? undefined : furtherLook(samples, host.read().oursMs, untilMs);
        if (host.isInterrupted) done(INTERRUPTED);
        else if (next !== undefined) look(next);
        else if (samples.length > 0) done(succeed(samples));
        else done(failed("DATABASE_UNREACHABLE", `"${this.name}" did not tell the time`));
      });
    if (host.isInterrupted) done(INTERRUPTED);
    else look(firstLook(known, host.read().oursMs));
  }

  /** Asked at these moments on the host's clock; worked out when the last answer is in. */
  #ask(host: Host, times: readonly number[], done: (answers: readonly ClockSample[]) => void): void {
    if (this.isSilent) {
      host.after(SILENCE_LIMIT_MS, () => done([]));
      return;
    }
    const { nowMs } = this.#agenda;
    const { oursMs } = host.read();
    const asked = times.map((time) => ({
      atMs: nowMs + Math.max(0, time - oursMs),
      thereMs: this.#latencyMs(),
      backMs: this.#latencyMs(),
    }));
    const lastMs = Math.max(...asked.map(({ atMs, thereMs, backMs }) => atMs + thereMs + backMs));
    host.after(lastMs - nowMs, () => {
      this.answered.firstMs = Math.min(this.answered.firstMs, lastMs);
      this.answered.lastMs = Math.max(this.answered.lastMs, lastMs);
      done(
        asked.map(({ atMs, thereMs, backMs }) => {
          const sentMs = host.noticedMs(atMs);
          const saidMs = this.clock.at(sentMs + thereMs) - this.#chance.between(0, this.cachedMs);
          const answeredMs = host.noticedMs(sentMs + thereMs + backMs);
          return {
            sentMs: host.ours.at(sentMs),
            answeredMs: host.ours.at(answeredMs),
            dateSecond: Math.floor(saidMs / 1000),
          };
        }),
      );
    });
  }

  #latencyMs(): number {
    return LATENCY_LEAST_MS + this.#chance.exponential(LATENCY_MEAN_MS);
  }
}
