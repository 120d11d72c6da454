import type { Clock } from "./effects.ts";

/** The lease that a backup holds. */
export interface Lease {
  readonly began: Clock;
  /** On our clock. */
  readonly untilMs: number;
}
