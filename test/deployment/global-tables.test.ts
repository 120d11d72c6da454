import { DescribeTableCommand, UpdateTableCommand } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DEPLOYMENT } from "../../rehearsal/rehearsal-world.ts";
import { planRestore, type Wanted } from "../../shared/deployment/plan-restore.ts";
import { runRestore } from "../../shared/deployment/run-restore.ts";
import { waysBack } from "../../shared/deployment/ways-back.ts";
import { codeOf } from "../../shared/errors/stillpoint-error.ts";
import type { RestoreResult } from "../../shared/restore/restore-plan.ts";
import { untilActive } from "../rehearsal/dynamodb/swift.ts";
import { dynamodbPlanOf } from "./dynamodb-plan.ts";
import { type RuinedWorld, ruinedWorld } from "./ruined-world.ts";
import { watchTable } from "./set-everything.ts";

const STEP_MS = 60_000;
const TABLE = "prod_scalar.asset";
const CONFIRMED = { report: () => undefined, confirm: DEPLOYMENT };

describe("a table that has become a global one since its backup", { timeout: STEP_MS }, () => {
  let ruined: RuinedWorld;
  const wanted = (more: Partial<Wanted>): Wanted => ({
    choice: { kind: "id", id: ruined.point.id },
    mode: "in-place",
    ...more,
  });
  const replicate = async (RegionName: string) => {
    const { client, dynamodb } = ruined.world;
    const ReplicaUpdates = [{ Create: { RegionName } }];
    await client.send(new UpdateTableCommand({ TableName: TABLE, ReplicaUpdates }));
    await untilActive({ client, db: dynamodb }, TABLE);
  };

  beforeAll(async () => {
    ruined = await ruinedWorld("global tables");
    await ruined.world.stopInstances();
    await replicate("eu-west-1");
  }, STEP_MS);

  afterAll(async () => ruined[Symbol.asyncDispose]());

  test("is not restored in place unasked, but side by side", async () => {
    await expect(planRestore(ruined.open, wanted({}))).rejects.toMatchObject({
      code: "PLAN_REFUSED",
      message: expect.stringContaining("--detach-replicas"),
    });
    const { plan } = await planRestore(ruined.open, wanted({ mode: "side-by-side", detachReplicas: true }));
    expect(dynamodbPlanOf({ plan }).detachReplicas).toBeUndefined();
  });

  test("has no second at which nobody paused, since others may write elsewhere, and no way back rests on one", async () => {
    const { open } = ruined;
    const because = [expect.stringContaining(`"${TABLE}" is a global table with replicas in eu-west-1`)];
    const ways = await waysBack(open);
    for (const by of ["quiet-second", "settling"])
      expect(ways).toContainEqual({ by, kind: "impossible", because });
    await expect(
      planRestore(open, { choice: { kind: "settle", at: "latest" }, mode: "side-by-side" }),
    ).rejects.toMatchObject({ code: "SETTLE_REFUSED", message: because[0] });
  });

  test("has no more replicas than the plan has told, when it is begun", async () => {
    const { open } = ruined;
    const { id, plan } = await planRestore(open, wanted({ detachReplicas: true }));
    expect(plan.text.consequences.join()).toContain("its replicas in eu-west-1 stay as they are");
    await replicate("ap-south-1");
    await expect(runRestore(open, id, CONFIRMED)).rejects.toMatchObject({
      code: "PLAN_OUTDATED",
      message: expect.stringContaining(`"${TABLE}": a replica in ap-south-1 was made`),
    });
  });

  test("leaves its replicas behind where that was planned, and says how to have some again", async () => {
    const { open, world, opening } = ruined;
    const place = { endpoint: world.dynamodb.endpoint, region: world.dynamodb.region };
    await watchTable(place, TABLE);
    const { id, plan } = await planRestore(open, wanted({ detachReplicas: true }));
    expect(dynamodbPlanOf({ plan }).detachReplicas).toBe(true);
    await watchTable(place, TABLE, 100);
    const { settingsDifferences } = (await runRestore(open, id, CONFIRMED)) as RestoreResult;
    expect(Object.keys(settingsDifferences)).toEqual([TABLE]);
    expect(settingsDifferences[TABLE]).toEqual([
      expect.stringContaining("its replicas in ap-south-1, eu-west-1 stay as they are"),
      'CloudWatch alarm "assets are throttled": was changed',
    ]);
    const { Table } = await world.client.send(new DescribeTableCommand({ TableName: TABLE }));
    expect(Table?.Replicas).toBeUndefined();
    expect(await world.totals()).toMatchObject({ assets: opening.assets, balance: opening.balance });
    expect(await runRestore(open, id, CONFIRMED).catch(codeOf)).toBe("RUN_FINISHED");
  });
});
