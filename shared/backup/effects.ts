import type { CommandRecord, PauseRecord, RestorePoint, Verdict } from "../catalog/model.ts";
import type { ClockBound, ClockSample } from "../pause/clock-bound.ts";
import type { Discovery, GateAnswer, Instance, PauseOutcome, UnpauseOutcome } from "../pause/instance.ts";
import type { BackupEvent } from "./event.ts";
import type { Observation } from "./observation.ts";
import type { Snapshots } from "./snapshot.ts";

/** What a database adapter says of itself at a backup. */
export interface Capture {
  /** Names with ids of all that the backup covers: the same before and after, or the window is not usable. */
  readonly identity: readonly string[];
  /** Why a backup of it would be worthless, such as a table without point-in-time recovery. */
  readonly problems: readonly string[];
  /** The first second that all of it can be restored to, on the database's clock. */
  readonly coveredFromSecond: number;
  /** Where it does not hold the coordinator's table: another database of the deployment must. */
  readonly coordinator?: "elsewhere";
  /** Where its point is complete only once the database has taken in what was written until then. */
  readonly artifact?: "pending";
  /** What a restore needs later; kept with the restore point as it is. */
  readonly captured: unknown;
}

export interface Clock {
  /** Our clock: wall time when this process began, carried on by a monotonic counter. In ms. */
  readonly oursMs: number;
  /** Wall time now, in ms: differs from `oursMs` once somebody set the clock or froze the host. */
  readonly wallMs: number;
}

/** Everything that a backup and the unpausing ask of the outside world. Times are ms on our clock. */
export type BackupEffects = WindowEffects & SnapshotEffects & CommandEffects & ObservedEffects;

/** Of what an operator has put into the window. */
export type CommandEffects = {
  /**
   * Runs a command by the shell and answers when it has ended, or was made to end when the time was up or somebody
   * interrupted: whatever it is, an end and no failure.
   */
  "run-command": {
    input: {
      command: string;
      pause: string;
      /** Of the window, on our clock. */
      startMs: number;
      withinMs: number;
    };
    answer: CommandRecord;
  };
};

/** Of databases whose own tool pauses the instances. */
export type ObservedEffects = {
  /**
   * Lets the tool pause, take its snapshots and unpause, and asks every gate again and again meanwhile. Answers at the
   * latest when the time is up; the tool may go on then.
   */
  "observe-snapshot": {
    input: {
      database: string;
      instances: readonly Instance[];
      withinMs: number;
      /** For one question to a gate. */
      deadlineMs: number;
    };
    answer: Observation;
  };
};

/** Of databases that leave an artifact. */
export type SnapshotEffects = {
  /**
   * Begins a dump of each database, or has snapshots taken, and answers when every snapshot has been taken. Fails where
   * one was not taken in time; then nothing of ours is at work any more.
   */
  "take-snapshots": {
    input: { run: string; databases: readonly string[]; withinMs: number };
    answer: Snapshots;
  };
  /** Ends dumps that nobody wants any more, and keeps nothing of them. */
  "drop-dumps": { input: object; answer: null };
  /** Carries the dumps to their end, and the point with them: `complete`, or `failed` with the reason. */
  "finish-dumps": { input: { point: string }; answer: { point: RestorePoint } };
};

/** What every backup asks for, and all that one of a second does. */
export type WindowEffects = {
  now: { input: object; answer: Clock };
  "acquire-lease": {
    input: { deployment: string; run: string; nowMs: number; untilMs: number };
    answer: null;
  };
  "release-lease": { input: { deployment: string; run: string }; answer: null };
  discover: { input: object; answer: Discovery };
  "check-gates": {
    input: { instances: readonly Instance[]; deadlineMs: number };
    answer: readonly GateAnswer[];
  };
  pause: {
    input: { instances: readonly Instance[]; drainWaitMs: number; deadlineMs: number };
    answer: { outcomes: readonly PauseOutcome[]; interrupted: boolean };
  };
  unpause: {
    input: { instances: readonly Instance[]; deadlineMs: number };
    answer: readonly UnpauseOutcome[];
  };
  /** Measures a database's clock for at most `budgetMs`; a bound known already tells when to ask. */
  "probe-clock": {
    input: { database: string; known?: ClockBound; budgetMs: number };
    answer: readonly ClockSample[];
  };
  /** `again` after the hold: whether it is the same still. What a restore needs later is known by then. */
  capture: { input: { database: string; again?: true }; answer: Capture };
  "open-pause": { input: { record: PauseRecord }; answer: null };
  /** Whether the record is open still: a sweep may have looked after it while this process stood still. */
  "is-pause-open": { input: { pause: string }; answer: boolean };
  /** Other pauses that are not settled and may still have something under way at one of these addresses. */
  "unsettled-pauses": {
    input: { pause?: string; addresses: readonly string[] };
    answer: readonly string[];
  };
  /** Addresses among these that the open record of another pause holds too. */
  "held-by-others": { input: { pause: string; addresses: readonly string[] }; answer: readonly string[] };
  /** Closes the record unless a sweep marked it first; answers who did. */
  "close-pause": { input: { record: PauseRecord }; answer: { markedBy?: string } };
  "record-verdict": { input: { pause: string; verdict: Verdict }; answer: null };
  "record-point": { input: { point: RestorePoint }; answer: null };
  report: { input: { event: BackupEvent }; answer: null };
};
