import type { CommandRecord, RestorePoint, Verdict } from "../catalog/model.ts";
import type { Failure } from "../errors/stillpoint-error.ts";
import type { Instance } from "../pause/instance.ts";
import type { PauseWindow } from "../pause/pause-window.ts";

export interface BackupResult {
  /** Of a backup that paused. */
  readonly pause?: string;
  readonly verdict: Verdict;
  readonly point?: RestorePoint;
  readonly window?: PauseWindow;
  /** What ran inside the pause. */
  readonly command?: CommandRecord;
  /** First Pause sent to last gate seen open. */
  readonly heldMs: number;
  readonly stillPaused: readonly Instance[];
  /** Held by another backup by the time of the Unpause, and not opened therefore; they stay under the sweep. */
  readonly leftAlone: readonly Instance[];
  /** What broke the backup off, after the instances were unpaused. */
  readonly failure?: Failure;
}
