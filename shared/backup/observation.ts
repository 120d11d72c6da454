import type { Instance } from "../pause/instance.ts";

/** What was seen of a pause that somebody else made, from before it until after it. Times are ms on our clock. */
export interface Observation {
  readonly call: SnapshotCall;
  /** One for each instance. */
  readonly gates: readonly ObservedGate[];
}

/** What became of the call that paused, took the snapshots and unpaused. */
export type SnapshotCall = { readonly sentMs: number; readonly answeredMs: number } & (
  | { readonly kind: "taken"; readonly captured: unknown }
  /** The tool said no. */
  | { readonly kind: "refused"; readonly message: string }
  /** Nobody knows: it may go on. */
  | { readonly kind: "unanswered"; readonly message: string }
);

export interface ObservedGate {
  readonly instance: Instance;
  /** When it first said that it was closed. */
  readonly closedMs?: number;
  /** When the last question was sent to which it said that it was closed. */
  readonly lastClosedMs?: number;
  /** It said that it was open between two times that it was closed. */
  readonly reopened: boolean;
  /** Questions without an answer while it was watched. */
  readonly silent: number;
}
