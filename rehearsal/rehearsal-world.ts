import type { RestoreResult } from "../shared/restore/restore-plan.ts";
import type { VerificationReport } from "../shared/verify/report.ts";
import type { Load } from "./ledger/clients.ts";
import type { Totals } from "./ledger/totals.ts";
import type { ScaledFigure } from "./scaled-figure.ts";

/** The deployment's name in the rehearsal's configuration, to be typed when something is deleted. */
export const DEPLOYMENT = "payments";

/** Instances and a database on this machine, with a configuration file that Stillpoint runs with unchanged. */
export interface RehearsalWorld {
  readonly config: string;
  /** What the command line needs in its environment, to be let into the database. */
  readonly environment: Readonly<Record<string, string>>;
  readonly words: Words;
  /** Where people find the database to look around in it. */
  readonly whereabouts: string;
  /** What is quicker here than in the cloud. */
  readonly scaled: readonly ScaledFigure[];
  /** ms since the epoch on the database's own clock. */
  now(): number;
  /** Clients that move money until they are stopped. */
  startLoad(clients: number, transfersPerSecond?: number): Load;
  /** Read from the database that the instances work on. */
  totals(): Promise<Totals>;
  /** What anybody can restore of this very time, without a pause, beside the original. Clients are at work meanwhile. */
  plainCopies(): Promise<PlainCopies>;
  /** Damages the data as a person might. */
  ruin(): Promise<Ruin>;
  stopInstances(): Promise<void>;
  /** What people have to do on the database's nodes around a restore, where there is anything. */
  readonly nodesByHand?: NodesByHand;
  /** Changes by hand what the end of a restore says is to be changed; answers what it did, in sentences. */
  followUp(result: RestoreResult): Promise<readonly string[]>;
  /** Fresh processes on the same ports, as an operator starts them after a restore. */
  restartInstances(): Promise<void>;
  close(): Promise<void>;
}

/** Each answers what was done, in sentences. */
export interface NodesByHand {
  /** Before the restore. */
  clear(): Promise<readonly string[]>;
  /** What the restore says when it waits for people. */
  readonly awaited: RegExp;
  start(): Promise<readonly string[]>;
}

/** What the story calls things. */
export interface Words {
  readonly service: "ledger" | "bank";
  /** What holds the balances. */
  readonly things: "assets" | "accounts";
  /** What holds the rows. */
  readonly tables: "tables" | "containers";
  /** What a restore gives. */
  readonly restored: "tables" | "account" | "database" | "cluster";
}

export interface Ruin {
  /** What was done, in one sentence. */
  readonly done: string;
  /** Whether rows by themselves show it: a ledger's hashes do, a user table has nothing that could. */
  readonly showsInRows: boolean;
}

/** What somebody has who restores without a restore point. */
export interface PlainCopies {
  /** What each of them is a copy of. */
  readonly of: "second" | "loop over the schemas" | "loop over the keyspaces";
  /** Makes one of them beside the original, the next one with each turn, counted from 0. */
  make(turn: number): Promise<PlainCopy>;
}

export interface PlainCopy {
  /** What it is, to begin a paragraph with. */
  readonly what: string;
  readonly totals: Totals;
  readonly report: VerificationReport;
  /** What shows that it is torn, in sentences, beyond the money and the verification. */
  readonly contradictions: readonly string[];
  /** What else is wrong with it, in sentences. */
  readonly remarks: readonly string[];
}

/** A whole second of the recent past, in which clients that have been at work for some seconds were so too. */
export function underLoad(nowMs: number): number {
  return Math.floor(nowMs / 1000) - 2;
}
