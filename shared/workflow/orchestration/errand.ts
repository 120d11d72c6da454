import type { Failure } from "../../errors/stillpoint-error.ts";
import type { Effect, Outcome, Poll } from "../effect.ts";
import type { Entry } from "../journal-entry.ts";

/** What is to be written down before anything else is done. */
export interface Deferred {
  readonly position: string;
  readonly effect: Effect;
  readonly outcome: Outcome;
}

/** What an orchestrator sends an activity for: it reads nothing itself, and changes nothing. As JSON. */
export type Errand = Sent & (Begin | Work);

interface Sent {
  /** Whose entries these are: the same for all of an orchestration. */
  readonly owner: string;
  /** What may pass is no answer any more. */
  readonly isLast: boolean;
}

/** Takes the run over; further pages of its journal are asked for one by one. */
export interface Begin {
  readonly kind: "begin";
  readonly from: number;
}

type Work = Pending & Asked;

interface Pending {
  /** Entries that were there when this orchestration began; later ones are its own. */
  readonly begun: number;
  readonly deferred: readonly Deferred[];
  readonly untold: readonly Effect[];
}

export type Asked =
  | { readonly kind: "carry-out"; readonly effect: Effect; readonly position: string }
  | { readonly kind: "look"; readonly effect: Poll; readonly position: string }
  /** Only what is pending: another orchestration goes on. */
  | { readonly kind: "hand-over" };

/** How an errand ended. Whatever happens is an answer: what is thrown tells an orchestrator too little. */
export type ErrandEnd =
  | Page
  | { readonly kind: "answered"; readonly outcome: Outcome; readonly isRecorded: boolean }
  | { readonly kind: "not-yet" }
  | { readonly kind: "handed-over" }
  /** It failed for the passing moment. */
  | Failed<"again">
  /** The run is not ours any more, or cannot be written down. */
  | Failed<"stopped">;

export interface Page {
  readonly kind: "begun";
  /** How many there were of others. */
  readonly entries: number;
  readonly page: readonly Omit<Entry, "by">[];
  readonly next: number | null;
}

interface Failed<K extends string> {
  readonly kind: K;
  readonly failure: Failure;
  /** Whether the reports were told before. */
  readonly told: boolean;
}
