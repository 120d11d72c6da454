import type { Run } from "../../../shared/catalog/model.ts";
import type { PlannedRun } from "../../../shared/deployment/plan-restore.ts";
import type { SearchPlan } from "../../../shared/restore/search/plan.ts";
import type { SearchResult } from "../../../shared/restore/search/search.ts";
import type { QuietSecond } from "../../../shared/verify/quiet-seconds.ts";
import { counted, fact, wrapped } from "./text.ts";
import { showSpan, showTime } from "./time.ts";

/** Shown of the candidates in full. */
const MOST_SHOWN = 5;

/** What a search does, told before it begins. */
export function searchLines({ id, plan }: PlannedRun): readonly string[] {
  const { restore } = plan;
  if (restore.kind !== "search") return [];
  return [
    `search ${id}`,
    ...fact("looks for", spanText(restore)),
    ...fact(
      "how",
      `by ${restore.coordinator.name} of ${showSecond(restore.coordinator.atSecond)}, which is restored as ${restore.coordinator.temporary}, read, and deleted again; nothing else is touched`,
    ),
    "",
  ];
}

export function spanText({ asked, direction }: Pick<SearchPlan, "asked" | "direction">): string {
  const { fromSecond, toSecond, nearestSecond } = asked;
  return `seconds without commits ${direction} ${showSecond(nearestSecond)}, from ${showSecond(fromSecond)} to ${showSecond(toSecond)}`;
}

/** What a search has found. */
export function foundLines(
  { deployment, id }: Pick<Run, "deployment" | "id">,
  { point, candidates, commits }: Pick<SearchResult, "point" | "candidates" | "commits">,
): readonly string[] {
  return [
    `found ${counted(candidates.length, "quiet second")} of ${deployment}: restore point ${point} (${id})`,
    ...fact("to be tried", candidatesText(candidates)),
    ...fact("seen", `${counted(commits, "commit")} in the span`),
  ];
}

/** The end of a search that somebody has resumed: it is no restore yet. */
export function searchedLines(run: Pick<Run, "deployment" | "id">, result: SearchResult): readonly string[] {
  const { point } = result;
  return [
    ...foundLines(run, result),
    "",
    ...wrapped(
      "Nothing is restored yet, and no table was replaced. Plan a restore of what was found with",
      "",
    ),
    `  stillpoint plan ${run.deployment} --point ${point}`,
  ];
}

/** In the order in which they are tried. */
export function candidatesText(candidates: readonly QuietSecond[]): string {
  const shown = candidates
    .slice(0, MOST_SHOWN)
    .map(({ atSecond, marginMs }) => `${showSecond(atSecond)} (margin ${showSpan(marginMs)})`);
  const more = candidates.length - shown.length;
  return more > 0 ? `${shown.join(", ")}, and ${more} more` : shown.join(", ");
}

export function showSecond(second: number): string {
  return showTime(second * 1000);
}
