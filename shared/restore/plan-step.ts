/** One numbered step of a plan, as people read it before they agree. */
export interface PlanStep {
  /** What is done, as a sentence. */
  readonly does: string;
  readonly creates: readonly string[];
  readonly changes: readonly string[];
  readonly deletes: readonly string[];
  /** How to get back to before it. */
  readonly undo: string;
}

/** A step that makes, changes and deletes nothing, or only what is said beside it. */
export const NOTHING = { creates: [], changes: [], deletes: [] } as const;

/** A plan in words, beside the data that is executed. */
export interface PlanText {
  readonly steps: readonly PlanStep[];
  /** What the restore costs: discarded writes, lost settings, dying points, quotas, time. */
  readonly consequences: readonly string[];
}
