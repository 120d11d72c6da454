import { discardedByTakeover } from "./cosmosdb/describe-plan.ts";
import { discardedText } from "./dynamodb/describe-plan.ts";
import { discardedBySwap } from "./managed/describe-plan.ts";
import type { RestorePlan } from "./restore-plan.ts";

/** Whether the plan deletes, overwrites or takes the name of what was there before: then the instances must be stopped. */
export function deletesOriginals(plan: RestorePlan): boolean {
  return plan.kind !== "cosmosdb" && plan.mode === "in-place";
}

/** What somebody agrees to who lets the plan be carried out in place. */
export function stakesOf(plan: RestorePlan): string {
  switch (plan.kind) {
    case "dynamodb":
      return `deletes and replaces ${plan.tables.length} tables`;
    case "cosmosdb":
      return `makes account ${plan.accounts.map(({ target }) => `"${target}"`).join(", ")}, opened as the old one is, to take over the data`;
    case "managed":
      return `gives the names of ${plan.servers.map(({ original }) => `"${original.server}"`).join(", ")} to restored servers, and keeps the originals under other names,`;
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
    case "managed":
      return discardedBySwap(plan, nowMs);
    default:
      return plan satisfies never;
  }
}
