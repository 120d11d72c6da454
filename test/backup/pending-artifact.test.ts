import { expect, test } from "vitest";
import { backup } from "../../shared/backup/backup.ts";
import type { Effect } from "../../shared/workflow/effect.ts";
import { drive } from "../workflow/drive.ts";
import { INPUT, SmallWorld } from "./small-world.ts";

/** A backup of two databases, of which the named ones take in what was written only later. */
function artifactOf(late: readonly string[]): string | undefined {
  const world = new SmallWorld();
  const answers = (effect: Effect): unknown => {
    const answer = world.answer(effect);
    const { kind, database } = effect as Effect & { readonly database?: string };
    if (kind !== "capture") return answer;
    return { ...(answer as object), ...(late.includes(database ?? "") && { artifact: "pending" }) };
  };
  const databases = ["ledger", "auditor"].map((name) => ({ name, kind: "cosmosdb" }) as const);
  drive(backup({ ...INPUT, databases }), answers);
  return world.points[0]?.artifact;
}

test("a point is pending as long as one of its databases has not taken in what was written", () => {
  expect(artifactOf(["ledger", "auditor"])).toBe("pending");
  expect(artifactOf(["auditor"])).toBe("pending");
  expect(artifactOf([])).toBe("complete");
});
