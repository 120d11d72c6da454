import type { Instance } from "../pause/instance.ts";
import type { DatabaseWindow } from "../verify/subject.ts";
import type { Mode } from "./mode.ts";

/** What every plan says, whatever is restored. Plain data: the digest of the whole is what gets approved. */
export interface PlanFrame {
  readonly deployment: string;
  readonly run: string;
  readonly point: string;
  readonly mode: Mode;
  /** The pause window on the databases' clock, where the point rests on one. */
  readonly window?: DatabaseWindow | undefined;
  /** Recorded at the backup; they must be stopped before anything is replaced, as those found then. */
  readonly instances: readonly Instance[];
}
