import * as fc from "fast-check";
import { expect, test } from "vitest";
import {
  actionsOf,
  type Goal,
  LEADS_TO,
  MOST_RESTORES,
  nextAction,
  observed,
  STAGES,
} from "../../shared/restore/dynamodb/lane.ts";

const GOALS: readonly Goal[] = ["copied", "backed-up", "replaced"];
const lanes = fc.array(fc.record({ stage: fc.constantFrom(...STAGES) }), { maxLength: 150 });

test("no goal asks for a step that lies behind it", () => {
  for (const goal of GOALS)
    for (const stage of STAGES) {
      const action = nextAction(stage, goal);
      if (action === undefined) continue;
      expect(STAGES.indexOf(LEADS_TO[action])).toBeLessThan(STAGES.indexOf(goal));
    }
});

test("deleting is never asked for before the goal that lies behind the backups", () => {
  for (const stage of STAGES) {
    expect(nextAction(stage, "copied")).not.toBe("delete-original");
    expect(nextAction(stage, "backed-up")).not.toBe("delete-original");
  }
});

test("restores under way and those about to begin are never more than the service allows", () => {
  fc.assert(
    fc.property(lanes, fc.constantFrom(...GOALS), (all, goal) => {
      const begun = actionsOf(all, goal).filter(
        (action) => action?.startsWith("start-") && action !== "start-backup",
      );
      const underWay = all.filter(({ stage }) => stage === "copying" || stage === "replacing");
      expect(begun.length).toBeLessThanOrEqual(Math.max(0, MOST_RESTORES - underWay.length));
    }),
  );
});

test("a look brings a lane one stage on at most, and only when what it waits for is there", () => {
  const states = fc.constantFrom("ABSENT", "CREATING", "ACTIVE", "DELETING", "UPDATING", "ARCHIVED");
  fc.assert(
    fc.property(
      fc.constantFrom(...STAGES),
      states,
      states,
      fc.option(fc.constantFrom("CREATING", "AVAILABLE", "DELETED"), { nil: undefined }),
      (stage, temporary, original, backup) => {
        const after = STAGES.indexOf(observed({ stage }, { temporary, original, backup }).stage);
        const step = after - STAGES.indexOf(stage);
        const there =
          (stage === "copying" && temporary === "ACTIVE") ||
          (stage === "backing-up" && backup === "AVAILABLE") ||
          (stage === "deleting" && original === "ABSENT") ||
          (stage === "replacing" && original === "ACTIVE");
        expect(step).toBe(there ? 1 : 0);
      },
    ),
  );
});
