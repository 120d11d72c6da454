import { once } from "node:events";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DEPLOYMENT } from "../../rehearsal/rehearsal-world.ts";
import { abandonRestore } from "../../shared/deployment/abandon-restore.ts";
import { type PlannedRun, planRestore } from "../../shared/deployment/plan-restore.ts";
import { runRestore } from "../../shared/deployment/run-restore.ts";
import { takeBackup } from "../../shared/deployment/take-backup.ts";
import { madeAccounts } from "../../shared/restore/cosmosdb/restore.ts";
import type { RestoreResult } from "../../shared/restore/restore-plan.ts";
import { isLonger } from "../longer.ts";
import { killOnTheWay, restoring } from "./killing.ts";
import { lookAt, type RuinedAccount, ruinedAccount, untilComplete } from "./ruined-account.ts";
import { openWorld, untilCommitted } from "./ruined-world.ts";

const STEP_MS = 120_000;
const KILLS = isLonger ? 10 : 4;
/** Between two kills, of some forty. */
const MOST_ENTRIES = 9;
const SILENT = { report: () => undefined };
const CONFIRMED = { ...SILENT, confirm: DEPLOYMENT };

/** One ledger, from its disaster to the next one: each test goes on where the one before ended. */
describe("a ledger on Cosmos DB that was backed up under load and ruined", { timeout: STEP_MS }, () => {
  let ruined: RuinedAccount;
  let original: Awaited<ReturnType<typeof lookAt>>;
  let undisturbed: Awaited<ReturnType<typeof lookAt>>;
  let result: RestoreResult;

  const plan = () =>
    planRestore(ruined.open, { choice: { kind: "id", id: ruined.point.id }, mode: "in-place" });
  const recordOf = async (run: string) => (await ruined.open.catalog.runs.get(run)).record;
  const isThere = async (name: string) => {
    const { databaseAccounts } = await ruined.open.cosmosdb("main").connection.arm();
    return (await databaseAccounts.checkNameExists(name)).body;
  };

  beforeAll(async () => {
    ruined = await ruinedAccount("whole way");
    original = await lookAt(ruined, ruined.world.account);
  }, STEP_MS);

  afterAll(async () => ruined[Symbol.asyncDispose]());

  test("is not restored unconfirmed, and nothing was made", async () => {
    const { open } = ruined;
    const planned = await plan();
    await expect(runRestore(open, planned.id, SILENT)).rejects.toMatchObject({
      code: "CONFIRMATION_NEEDED",
    });
    expect(await Promise.all(namesOf(planned).map(isThere))).toEqual([false, false]);
  });

  test("is restored to a new account with all its settings, and the original stays as it is", async () => {
    const { open, world } = ruined;
    const planned = await plan();
    const ended = await runRestore(open, planned.id, CONFIRMED);
    expect(ended).toMatchObject({ copies: { proof: { kind: "proven" } }, settingsDifferences: {} });
    const [copy = "", later = ""] = namesOf(planned);
    expect(await isThere(later)).toBe(false);
    undisturbed = await lookAt(ruined, copy);
    expect(undisturbed.settings).toEqual(original.settings);
    expect(undisturbed.documents).not.toEqual(original.documents);
    expect(await lookAt(ruined, world.account)).toEqual(original);
  });

  test("is restored by processes that are killed at random moments as if they had not been", async () => {
    const { open, world } = ruined;
    const planned = await plan();
    for (let kill = 0; kill < KILLS; kill++) await killOnTheWay(ruined, planned.id, MOST_ENTRIES);
    // The last one may have been killed when all was done.
    if ((await recordOf(planned.id)).state !== "done")
      expect(await once(restoring(ruined, planned.id), "exit")).toEqual([0, null]);
    const record = await recordOf(planned.id);
    result = record.result as RestoreResult;
    expect(record.state).toBe("done");
    expect(result).toMatchObject({ copies: { proof: { kind: "proven" } }, settingsDifferences: {} });
    const [copy = "", later = ""] = namesOf(planned);
    expect(await isThere(later)).toBe(false);
    expect(await lookAt(ruined, copy)).toEqual(undisturbed);
    expect(await lookAt(ruined, world.account)).toEqual(original);
    await expect(runRestore(open, planned.id, CONFIRMED)).rejects.toMatchObject({ code: "RUN_FINISHED" });
  });

  test("keeps nothing of a restore that was killed and is abandoned", async () => {
    const { open, world } = ruined;
    const planned = await plan();
    while (!(await isThere(namesOf(planned)[1] ?? ""))) await killOnTheWay(ruined, planned.id);
    expect(await abandonRestore(open, planned.id, SILENT)).toMatchObject({ kind: "cosmosdb" });
    expect(await Promise.all(namesOf(planned).map(isThere))).toEqual([false, false]);
    expect((await recordOf(planned.id)).state).toBe("abandoned");
    expect(await lookAt(ruined, world.account)).toEqual(original);
  });

  test("commits again on the new account, is backed up there, and restored from there", async () => {
    const { world, opening } = ruined;
    await world.followUp(result);
    expect(await world.totals()).toMatchObject({ assets: opening.assets, balance: opening.balance });
    await world.restartInstances();
    const load = world.startLoad(2);
    await untilCommitted(load, 5);
    await using there = openThere(world.config);
    const { open } = there;
    const { point } = await takeBackup(open, SILENT).finally(() => load.stop());
    await untilComplete(open, point?.id ?? "");
    await world.stopInstances();
    const before = await lookAt({ world, open }, world.account);
    const choice = { kind: "id", id: point?.id ?? "" } as const;
    const planned = await planRestore(open, { choice, mode: "in-place" });
    const again = await runRestore(open, planned.id, CONFIRMED);
    expect(again).toMatchObject({ copies: { proof: { kind: "proven" } }, settingsDifferences: {} });
    expect(await lookAt({ world, open }, world.account)).toEqual(before);
    await world.followUp(again as RestoreResult);
    expect(await lookAt({ world, open }, world.account)).toMatchObject({ settings: before.settings });
    expect(await world.totals()).toMatchObject({ assets: opening.assets, balance: opening.balance });
  });
});

/** The restored account, and the one with the later coordinator. */
function namesOf({ plan: { restore } }: PlannedRun): readonly string[] {
  if (restore.kind !== "cosmosdb") throw new Error(`the plan is of kind ${restore.kind}`);
  return madeAccounts(restore).map(({ name }) => name);
}

/** The deployment as the rewritten configuration has it. */
function openThere(config: string) {
  const open = openWorld(config);
  return { open, [Symbol.asyncDispose]: async () => open.close() };
}
