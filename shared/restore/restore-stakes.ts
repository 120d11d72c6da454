import { quoted } from "../errors/quoted.ts";
import { discardedByFiles, filesAtStake } from "./cassandra/describe-plan.ts";
import { discardedByTakeover } from "./cosmosdb/describe-plan.ts";
import { discardedText } from "./dynamodb/describe-plan.ts";
import { discardedBySwap } from "./jdbc/describe-plan.ts";
import { keptOf } from "./jdbc/plan.ts";
import { discardedByRename } from "./managed/describe-plan.ts";
import type { RestorePlan } from "./restore-plan.ts";

/** Whether the plan changes what the instances work on under their names: then they must be stopped. */
export function replacesOriginals({ kind, mode }: RestorePlan): boolean {
  return kind !== "cosmosdb" && mode === "in-place";
}

/** Effects of which the first takes something from under its name, or puts something in its place: from then on a run can only go forward. */
export const REPLACING_EFFECTS: readonly string[] = ["delete-original", "swap", "restore-nodes"];

/** What somebody agrees to who lets the plan be carried out in place. */
export function stakesOf(plan: RestorePlan): string {
  switch (plan.kind) {
    case "dynamodb":
      return `deletes and replaces ${plan.tables.length} tables`;
    case "cosmosdb":
      return `makes account ${quoted(plan.accounts.map(({ target }) => target))}, opened as the old one is, to take over the data`;
    case "jdbc":
      return swapText(plan.dumps);
    case "managed":
      return `gives the names of ${plan.servers.map(({ original }) => `"${original.server}"`).join(", ")} to restored servers, and keeps the originals under other names,`;
    case "cassandra":
      return filesAtStake(plan);
    case "search":
      return "replaces nothing";
    default:
      return plan satisfies never;
  }
}

/** How much work the plan discards, as it is at the given time. */
export function discardedBy(plan: RestorePlan, nowMs: number): string {
  switch (plan.kind) {
    case "dynamodb":
      return discardedText(plan, nowMs);
    case "cosmosdb":
      return discardedByTakeover(plan, nowMs);
    case "jdbc":
      return discardedBySwap(plan, nowMs);
    case "managed":
      return discardedByRename(plan, nowMs);
    case "cassandra":
      return discardedByFiles(plan, nowMs);
    case "search":
      return "Nothing is discarded";
    default:
      return plan satisfies never;
  }
}

function swapText(dumps: Extract<RestorePlan, { kind: "jdbc" }>["dumps"]): string {
  const names = quoted(dumps.flatMap(({ targets }) => Object.keys(targets)));
  const kept = quoted(dumps.flatMap((dump) => keptOf(dump).map(({ as }) => as)));
  return kept === ""
    ? `gives what it restores the names ${names}, which nothing has now,`
    : `takes the names ${names} from what is there now, which is kept as ${kept}, and gives them to what it restores`;
}
