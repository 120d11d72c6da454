import type { PlanText } from "../plan-step.ts";
import type { SearchPlan } from "./plan.ts";

/** The plan in words. */
export function describeSearch(_plan: SearchPlan): PlanText {
  return { steps: [], consequences: [] };
}
