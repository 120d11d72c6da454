import { expect, test } from "vitest";
import { type Catalog, catalogOver } from "../../shared/catalog/catalog.ts";
import { type Run, SCHEMA } from "../../shared/catalog/model.ts";
import type { Deployment } from "../../shared/config/config.ts";
import { approveRestore } from "../../shared/deployment/approve-restore.ts";
import { digestOf } from "../../shared/deployment/plan-restore.ts";
import type { DynamodbPlan } from "../../shared/restore/dynamodb/plan.ts";
import { memoryStore } from "../catalog/memory-store.ts";

const ID = "restore-1";
const NOW = Date.UTC(2026, 10, 25);
const DAY_MS = 86_400_000;
const SETTINGS = { name: "payments", approvalWithinMs: DAY_MS } as Deployment;
const DYNAMODB = { run: ID, mode: "in-place" } as DynamodbPlan;
const DIGEST = digestOf(DYNAMODB);

async function runThat(state: Run["state"], agoMs: number): Promise<Catalog> {
  const catalog = catalogOver(memoryStore());
  await catalog.runs.create({
    schema: SCHEMA,
    id: ID,
    deployment: "payments",
    kind: "restore",
    point: "payments-1",
    createdMs: NOW - agoMs,
    updatedMs: NOW - agoMs,
    state,
    plan: { restore: DYNAMODB, digest: DIGEST },
  });
  return catalog;
}

const approve = (catalog: Catalog) =>
  approveRestore(catalog, SETTINGS, { run: ID, digest: DIGEST, by: "ops-lead", nowMs: NOW });

test.each(["failed", "running"] as const)(
  "a run that is %s since long ago can be approved again, since it cannot go on without that",
  async (state) => {
    const { approval } = await approve(await runThat(state, 3 * DAY_MS));
    expect(approval).toEqual({ digest: DIGEST, by: "ops-lead", atMs: NOW });
  },
);

test("a plan that waited too long is approved no more", async () => {
  const catalog = await runThat("planned", DAY_MS + 1);
  await expect(approve(catalog)).rejects.toMatchObject({ code: "APPROVAL_REFUSED" });
});

test.each(["abandoning", "abandoned", "done"] as const)("a run that is %s is not approved", async (state) => {
  await expect(approve(await runThat(state, 0))).rejects.toMatchObject({
    code: "APPROVAL_REFUSED",
    message: expect.stringContaining(`it is ${state} already`),
  });
});
