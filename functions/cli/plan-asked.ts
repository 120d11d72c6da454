import type { OpenDeployment } from "../../shared/deployment/open-deployment.ts";
import { type PlannedRun, planRestore, type Wanted } from "../../shared/deployment/plan-restore.ts";
import { planSearch } from "../../shared/deployment/search/plan-search.ts";
import type { AskedSecond } from "../../shared/restore/asked-problems.ts";
import type { SearchResult } from "../../shared/restore/search/search.ts";
import type { AskedPoint } from "./asked-point.ts";
import { carryOut } from "./carry-out.ts";
import type { Opened } from "./opening.ts";
import type { Outcome } from "./outcome.ts";
import type { Shell } from "./shell.ts";
import { foundLines, searchLines } from "./show/search.ts";

export interface PlanOptions extends AskedSecond {
  readonly sideBySide?: boolean;
  readonly detachReplicas?: boolean;
}

export type PlannedAsked =
  | { readonly kind: "planned"; readonly run: PlannedRun }
  /** The search for a quiet second came to nothing, or to nothing yet. */
  | { readonly kind: "not-found"; readonly outcome: Outcome };

/** Plans what was asked for. A quiet second is searched for first, by a run of its own. */
export async function planAsked(
  shell: Shell,
  opened: Opened,
  open: OpenDeployment,
  { asked, options }: { readonly asked: AskedPoint; readonly options: PlanOptions },
): Promise<PlannedAsked> {
  const { sideBySide, detachReplicas = false, acceptObserved = false } = options;
  const mode = sideBySide ? "side-by-side" : "in-place";
  const planned = async (choice: Wanted["choice"]) =>
    ({
      kind: "planned",
      run: await planRestore(open, { choice, mode, detachReplicas, acceptObserved }),
    }) as const;
  if (asked.kind !== "nearest") return planned(asked);
  const { nearest, direction } = asked;
  const search = await planSearch(open, { nearest, direction });
  for (const line of searchLines(search)) shell.say(line);
  const end = await carryOut(shell, opened, open, { planned: search });
  if (end.kind === "failed") return { kind: "not-found", outcome: end.outcome };
  const found = end.result as SearchResult;
  for (const line of ["", ...foundLines(end.run, found), ""]) shell.say(line);
  return planned({ kind: "id", id: found.point });
}
