import type { CommandRecord } from "../catalog/model.ts";
import type { Failure } from "../errors/stillpoint-error.ts";
import type { PauseOutcome } from "../pause/instance.ts";
import type { PauseWindow } from "../pause/pause-window.ts";
import type { Measured } from "./hold.ts";
import type { Snapshots } from "./snapshot.ts";
import type { Opened } from "./unpause.ts";

/** Everything seen between the first Pause and the last open gate. */
export interface Evidence {
  readonly outcomes: readonly PauseOutcome[];
  readonly window?: PauseWindow;
  readonly measured: Measured;
  /** Taken inside the window, where the databases are dumped. */
  readonly snapshots: Snapshots;
  /** What the operator had run inside the window. */
  readonly command?: CommandRecord;
  readonly reasons: readonly string[];
  readonly opened: Opened;
  readonly failure?: Failure;
}
