import type { PauseOutcome } from "../shared/pause/instance.ts";

/** What a process has done that the oracle must know, since no one in the world does. */
export interface Memory {
  /** True time at which the catalog last said what other backups hold. */
  askedOthersMs: number;
  /** Whose record is being treated. */
  pause: string | undefined;
  hasPaused: boolean;
  outcomes: readonly PauseOutcome[];
  /** What it was told that other backups hold. */
  readonly held: Set<string>;
  /** Gates that it saw closed before its own Pause. */
  readonly shutBefore: Set<string>;
}

export function newMemory(): Memory {
  return {
    askedOthersMs: Number.NEGATIVE_INFINITY,
    pause: undefined,
    hasPaused: false,
    outcomes: [],
    held: new Set(),
    shutBefore: new Set(),
  };
}
