import type { Changing } from "../../../azure/arm/changing.ts";
import type { CapturedManaged } from "../../../restore/managed/captured.ts";
import type { PlannedServer } from "../../../restore/managed/plan.ts";

/** A restored server on the way to what its original is set to. */
export interface Settling {
  readonly server: PlannedServer;
  readonly run: string;
  /** As it is now. */
  readonly restored: CapturedManaged;
  readonly changes: Changing;
  /** Whether what is outstanding is left to the next step: a step may take less than fifteen minutes. */
  isLate(): boolean;
}
