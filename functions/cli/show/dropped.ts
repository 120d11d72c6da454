import type { PlannedRun } from "../../../shared/deployment/plan-restore.ts";
import type { Dropped } from "../../../shared/settle/change.ts";
import type { Settlement } from "../../../shared/settle/settlement.ts";
import { counted, fact, wrapped } from "./text.ts";
import { precise } from "./time.ts";

/** What comes before the list. */
export function droppedHead(
  { id, point, state }: Pick<PlannedRun, "id" | "point" | "state">,
  settlement: Settlement,
): readonly string[] {
  const end = state === "done" ? "" : `; its restore is ${state}`;
  return wrapped(`run ${id} to ${point}: ${settledText(settlement)}${end}`, "");
}

/** What a settling has come to, in one sentence. */
export function settledText({ keptUntilMs, dropped, inDoubt, newestKeptMs }: Settlement): string {
  const newest = newestKeptMs === undefined ? "" : ` (the newest that is kept: ${precise(newestKeptMs)})`;
  return `kept until ${precise(keptUntilMs)}${newest}; ${counted(dropped, "committed transaction")} dropped, ${inDoubt} in doubt rolled back`;
}

/** One transaction of which nothing is left. */
export function droppedLines({
  transaction,
  committedMs,
  assets,
  records,
  ...how
}: Dropped): readonly string[] {
  const when = committedMs === null ? "not known to be committed" : precise(committedMs);
  return [
    `${when}  ${transaction}`,
    ...fact("why", whyText(how)),
    ...writtenFact("assets", assets),
    ...writtenFact("records", records),
  ];
}

function whyText({ why, on }: Pick<Dropped, "why" | "on">): string {
  switch (why) {
    case "late":
      return "late: dated after what is kept";
    case "dependent":
      return `dependent: it needs ${on ?? "a record"}, which is not kept`;
    case "in-doubt":
      return "in doubt: the copy does not say that it was committed; its client may have been told so";
    default:
      return why satisfies never;
  }
}

function writtenFact(name: string, { count, named }: Dropped["assets"]): readonly string[] {
  if (count === 0) return [];
  const more = count > named.length ? `, and ${counted(count - named.length, "other")}` : "";
  return fact(name, `${named.join(", ")}${more}`);
}
