import { secondText } from "../../verify/time-text.ts";
import { UNSET } from "../dynamodb/settled/describe-settling.ts";
import type { PlanText } from "../plan-step.ts";
import type { SearchPlan } from "./plan.ts";

const NOTHING = { creates: [], changes: [], deletes: [], undo: "nothing to undo" } as const;

/** The plan in words. */
export function describeSearch(plan: SearchPlan): PlanText {
  const { asked, coordinator, point, direction, guardMs } = { ...plan, ...plan.asked };
  const span = `from ${secondText(asked.fromSecond)} to ${secondText(asked.toSecond)}`;
  const until = secondText(coordinator.atSecond);
  return {
    steps: [
      {
        does: `Wait until the coordinator "${coordinator.name}" can be restored to ${until}, when all that counts is in it (the latest restorable time trails the present by 5 minutes)`,
        ...NOTHING,
      },
      {
        does: `Restore the coordinator to ${until} under a temporary name`,
        ...NOTHING,
        creates: [coordinator.temporary],
        undo: "stillpoint restore abandon RUN removes it",
      },
      {
        does: `Read it, and list the quiet seconds ${span}: those without a commit for ${guardMs} ms before and after them`,
        ...NOTHING,
      },
      {
        does: `Record restore point "${point}" with them, the nearest ${direction === "before" ? "before" : "after"} ${secondText(asked.nearestSecond)} first`,
        ...NOTHING,
      },
      { does: "Delete the restored coordinator", ...NOTHING, deletes: [coordinator.temporary] },
    ],
    consequences: [
      "No table of the deployment is changed or deleted, and nothing is paused; backups of it wait until the search has ended",
      "Cost: one restore of the coordinator, and reading it once. Time: 2 to 20 minutes for a small table and up to hours for a large one",
      `It rests on the bound on ScalarDB's clocks (pause.scalarClockBound): the wider it is, the fewer seconds are quiet`,
      ...(plan.isBoundDefault ? [UNSET] : []),
    ],
  };
}
