import { expect, test } from "vitest";
import { catalogOver } from "../../shared/catalog/catalog.ts";
import { recordProven } from "../../shared/deployment/dynamodb/record-outcome.ts";
import type { OpenDeployment } from "../../shared/deployment/open-deployment.ts";
import { secondOf } from "../../shared/restore/choose-point.ts";
import { aPoint } from "../catalog/examples.ts";
import { memoryStore } from "../catalog/memory-store.ts";
import { AT_SECOND, quietPlanOf } from "../restore/example-plan.ts";

test("the second of a quiet point is the one that was proven, which is tried first from then on", async () => {
  const catalog = catalogOver(memoryStore());
  const { point: id, candidates = [] } = quietPlanOf(1);
  const databases = [{ name: "main", kind: "dynamodb" as const, atSecond: AT_SECOND, captured: {} }];
  const quiet = { search: "search-1", guardMs: 1_250, candidates: [...candidates] };
  await catalog.points.create(aPoint(id, { basis: "quiet", databases, quiet }));
  await recordProven({ catalog } as OpenDeployment, quietPlanOf(1), AT_SECOND - 60);
  const { record } = await catalog.points.get(id);
  expect(record.quiet?.provenSecond).toBe(AT_SECOND - 60);
  expect(secondOf(record)).toBe(AT_SECOND - 60);
});
