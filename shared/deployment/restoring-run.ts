import type { RestoreEvent } from "../restore/restore-plan.ts";
import type { ReadingEffects } from "../settle/reading.ts";
import { doing, type Handlers } from "../workflow/effect.ts";
import type { Journal } from "../workflow/journal.ts";
import type { Silence } from "./stopped-instances.ts";

/** Whose effects are carried out. */
export interface RestoringRun {
  readonly report: (event: RestoreEvent) => void | Promise<void>;
  /** Where a function of its own reads the rows, none of this is ever called here. */
  readonly verification: Handlers<ReadingEffects>;
  /** Of a restore: before every deletion it tells whether the run is still this process's. */
  readonly journal?: Journal;
  /** What an instance says that does not answer at all; see `Silence`. Default: that it is stopped. */
  readonly silence?: Silence;
  /** Of an abandoning. */
  readonly markRun?: (state: "abandoning" | "failed") => Promise<void>;
}

/** What every run asks for, and every abandoning, whatever is restored. */
export function runHandlers({ report, verification, markRun }: RestoringRun) {
  return {
    ...verification,
    "mark-run": doing(({ state }: { readonly state: "abandoning" | "failed" }) => markRun?.(state)),
    report: doing(({ event }: { readonly event: RestoreEvent }) => report(event)),
  };
}
