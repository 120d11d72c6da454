import { expect, test } from "vitest";
import { DEPLOYMENT } from "../../rehearsal/rehearsal-world.ts";
import type { OpenDeployment } from "../../shared/deployment/open-deployment.ts";
import { planRestore } from "../../shared/deployment/plan-restore.ts";
import { runRestore } from "../../shared/deployment/run-restore.ts";
import { dynamodbPlanOf } from "../deployment/dynamodb-plan.ts";
import { tablesOf } from "../deployment/ruined-world.ts";
import { busySecond, underLoad, unpausedWorld } from "../deployment/unpaused-world.ts";

const LIMIT_MS = 90_000;

/** As if the configuration had nobody wait before a backup. */
function inHaste(open: OpenDeployment): OpenDeployment {
  const databases = open.settings.databases.map((database) => ({ ...database, backupDoubtMs: 0 }));
  return { ...open, settings: { ...open.settings, databases } };
}

test("a backup that misses the last changes is seen before the copies are deleted that have them", {
  timeout: LIMIT_MS,
}, async () => {
  await using unpaused = await unpausedWorld("hasty backup", { backupDoubtMs: 60_000 });
  const { world } = unpaused;
  const open = inHaste(unpaused.open);
  const second = await underLoad(unpaused, "load", () => busySecond(unpaused));
  await world.stopInstances();
  const choice = { kind: "settle", at: second } as const;
  const { id, plan } = await planRestore(open, { choice, mode: "in-place" });
  const planned = dynamodbPlanOf({ plan });
  expect(planned.settling?.restMs).toBe(0);
  await expect(runRestore(open, id, { report: () => undefined, confirm: DEPLOYMENT })).rejects.toMatchObject({
    code: "COPY_DIFFERS",
  });
  const kept = planned.tables.map(({ temporary }) => temporary);
  expect(await tablesOf(world)).toEqual(expect.arrayContaining(kept));
});
