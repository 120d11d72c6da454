import { once } from "node:events";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DEPLOYMENT } from "../../rehearsal/rehearsal-world.ts";
import type { SettledPage } from "../../shared/catalog/model.ts";
import { abandonRestore } from "../../shared/deployment/abandon-restore.ts";
import { applyPage } from "../../shared/deployment/dynamodb/settled/apply-page.ts";
import { isForgotten } from "../../shared/deployment/dynamodb/settled/forget-settled.ts";
import { settledPoint } from "../../shared/deployment/dynamodb/settled/settled-point.ts";
import { planRestore, type SettleChoice } from "../../shared/deployment/plan-restore.ts";
import { runRestore } from "../../shared/deployment/run-restore.ts";
import { statusOf } from "../../shared/deployment/status.ts";
import type { DynamodbResult } from "../../shared/restore/dynamodb/restore.ts";
import { pageId } from "../../shared/settle/settlement.ts";
import { aPoint } from "../catalog/examples.ts";
import { isLonger } from "../longer.ts";
import { dynamodbPlanOf } from "./dynamodb-plan.ts";
import { killOnTheWay, restoring } from "./killing.ts";
import { tablesOf } from "./ruined-world.ts";
import {
  busySecond,
  listMutable,
  send,
  type UnpausedWorld,
  underLoad,
  unpausedWorld,
} from "./unpaused-world.ts";

const STEP_MS = 120_000;
const KILLS = isLonger ? 10 : 4;
const SILENT = { report: () => undefined };
const CONFIRMED = { ...SILENT, confirm: DEPLOYMENT };

const at = (second: number | "latest"): SettleChoice => ({ kind: "settle", at: second });

/** One ledger that nobody ever paused: each test goes on where the one before ended. */
describe("a ledger without any backup", { timeout: STEP_MS }, () => {
  let unpaused: UnpausedWorld;
  let before: readonly string[];
  let busy: number;
  let settledRun: string;

  beforeAll(async () => {
    unpaused = await unpausedWorld("settled whole way");
    before = await tablesOf(unpaused.world);
    busy = await underLoad(unpaused, "first", () => busySecond(unpaused));
  }, STEP_MS);

  afterAll(async () => unpaused[Symbol.asyncDispose]());

  const pagesOf = async (run: string): Promise<readonly SettledPage[]> => {
    const pages: SettledPage[] = [];
    for (let page = 0; ; page++) {
      const found = await unpaused.open.catalog.settlements.find(pageId(run, page));
      if (found === undefined) return pages;
      pages.push(found.record);
    }
  };
  const copiesOf = (plan: ReturnType<typeof dynamodbPlanOf>) => {
    const temporary = new Map(plan.tables.map((table) => [table.name, table.temporary]));
    return unpaused.world.totals((name) => temporary.get(unpaused.world.names(name)) ?? name);
  };

  test("is settled at a busy second side by side, again and again, while it runs", async () => {
    const { open, world, balance } = unpaused;
    for (const second of [busy, busy - 1, "latest"] as const) {
      const { id, plan } = await planRestore(open, { choice: at(second), mode: "side-by-side" });
      const planned = dynamodbPlanOf({ plan });
      expect(planned.proofs).toEqual([]);
      expect(planned.settling).toMatchObject({ boundMs: 252, isBoundDefault: false, restMs: 1_000 });
      expect(await tablesOf(world)).toEqual(before);
      const result = (await runRestore(open, id, SILENT)) as DynamodbResult;
      expect(result.copies.proof.kind).toBe("proven");
      expect(result.copies.checked.transactions).toMatchObject({ rolledForward: 0, rolledBack: 0 });
      expect((await copiesOf(planned)).balance).toBe(balance);
      const pages = await pagesOf(id);
      const changes = pages.flatMap((page) => page.changes);
      expect([pages.length, changes.length]).toEqual([result.settled?.pages, result.settled?.changes]);
      // Once more, all of it, to the same rows.
      const sums = await copiesOf(planned);
      for (const page of pages.keys()) await applyPage(open, planned, page);
      expect(await copiesOf(planned)).toEqual(sums);
      await abandonRestore(open, id, SILENT);
      expect(await tablesOf(world)).toEqual(before);
      expect((await pagesOf(id)).every(isForgotten)).toBe(true);
    }
  });

  test("stops before a row is changed where a record that changes in place may have been lost", async () => {
    const { open, world } = unpaused;
    await listMutable(world, true);
    try {
      const { id, plan } = await planRestore(open, { choice: at(busy), mode: "side-by-side" });
      const planned = dynamodbPlanOf({ plan });
      const account = { name: world.names("app.account"), how: "perhaps" };
      expect(planned.settling?.tables).toContainEqual(account);
      expect(plan.text.consequences.join("\n")).toContain(`Settled only perhaps`);
      for (let life = 0; life < 2; life++)
        await expect(runRestore(open, id, SILENT)).rejects.toMatchObject({ code: "SETTLE_UNRESOLVED" });
      expect(await pagesOf(id)).toEqual([]);
      await abandonRestore(open, id, SILENT);
      expect(await tablesOf(world)).toEqual(before);
    } finally {
      await listMutable(world, false);
    }
  });

  test("is not settled at a second that is out of reach, and nothing is recorded of that", async () => {
    const { open, world } = unpaused;
    const known = (await open.catalog.points.list(DEPLOYMENT)).records.length;
    const ahead = Math.floor(world.now() / 1000) + 60;
    for (const second of [ahead, busy - 86_400])
      await expect(planRestore(open, { choice: at(second), mode: "in-place" })).rejects.toMatchObject({
        code: "SETTLE_REFUSED",
        message: expect.stringMatching(
          /table "prod_scalar\.asset" can be restored from .* to .* at present, not to .*; nothing was touched$/,
        ),
      });
    expect((await open.catalog.points.list(DEPLOYMENT)).records.length).toBe(known);
  });

  test("is not settled by a bound on the clocks that somebody has widened since", async () => {
    const { open } = unpaused;
    const pause = { ...open.settings.pause, scalarClockBoundMs: 3_000 };
    const { id } = await planRestore(open, { choice: at(busy), mode: "side-by-side" });
    await expect(
      runRestore({ ...open, settings: { ...open.settings, pause } }, id, SILENT),
    ).rejects.toMatchObject({
      code: "PLAN_OUTDATED",
      message: expect.stringContaining("pause.scalarClockBound is 3000 ms by now"),
    });
    await abandonRestore(open, id, SILENT);
  });

  test("is known to be within reach of the functions that took the last backup, but for instances since", async () => {
    const { open } = unpaused;
    const { instances } = await open.discoverAll();
    const pointAfter = (recorded: typeof instances) => {
      const last = aPoint("payments-1", { takenFrom: "their network", instances: [...recorded] });
      const points = { ...open.catalog.points, list: async () => ({ records: [last], unreadable: [] }) };
      return settledPoint({ ...open, catalog: { ...open.catalog, points } }, busy);
    };
    expect(await pointAfter(instances)).toMatchObject({ takenFrom: "their network" });
    expect(await pointAfter(instances.slice(1))).not.toHaveProperty("takenFrom");
  });

  test("keeps a settled point apart from backups", async () => {
    const { open } = unpaused;
    const { records } = await open.catalog.points.list(DEPLOYMENT);
    expect(records.map(({ basis, artifact }) => [basis, artifact])).toEqual(
      records.map(() => ["settled", "complete"]),
    );
    // Of a second that was planned before it is settled again, by its name.
    const again = { kind: "id", id: records.at(-1)?.id ?? "" } as const;
    const { plan } = await planRestore(open, { choice: again, mode: "in-place" });
    expect(dynamodbPlanOf({ plan }).settling?.boundMs).toBe(252);
    expect(records.filter(({ settled }) => settled?.by !== undefined).length).toBeGreaterThan(1);
    const { lastPoint, late } = await statusOf(open);
    expect([lastPoint, late]).toEqual([undefined, true]);
    const latest = { kind: "at", atMs: Date.now() } as const;
    await expect(planRestore(open, { choice: latest, mode: "in-place" })).rejects.toMatchObject({
      code: "NO_RESTORE_POINT",
    });
  });

  test("never has a row changed of a table that is no copy of the run", async () => {
    const { open, world, sent } = unpaused;
    const { plan } = await planRestore(open, { choice: at(busy), mode: "side-by-side" });
    const planned = dynamodbPlanOf({ plan });
    const foreign = {
      ...planned,
      tables: planned.tables.map((table) => ({ ...table, temporary: table.name })),
    };
    const [asset] = planned.tables.filter(({ name }) => name === world.names("scalar.asset"));
    const found = { transaction: sent[0]?.transfer.nonce ?? "", state: 3 };
    const table = asset?.name ?? "";
    const change = {
      kind: "remove",
      database: "main",
      table,
      key: '{"concatenatedPartitionKey":"YQA="}',
      found,
    } as const;
    const page = {
      schema: 1,
      deployment: DEPLOYMENT,
      run: planned.run,
      changes: [change],
      dropped: [],
    } as const;
    const record = { ...page, id: pageId(planned.run, 0), changes: [change], dropped: [] };
    await open.catalog.settlements.put(record.id, () => record);
    for (const each of [planned, foreign])
      await expect(applyPage(open, each, 0)).rejects.toMatchObject({
        code: "INTERNAL",
        message: expect.stringContaining("no copy that it has made"),
      });
    await expect(applyPage(open, planned, 1)).rejects.toMatchObject({ code: "CATALOG_DAMAGED" });
  });

  test("is restored in place by processes that are killed again and again, after its instances had died", async () => {
    const { open, world, balance } = unpaused;
    const second = await underLoad(unpaused, "second", async () => {
      const latest = await busySecond(unpaused);
      await world.instances.kill("SIGKILL");
      return latest + 1;
    });
    await expect.poll(() => Math.floor(world.now() / 1000)).toBeGreaterThan(second);
    const { id, plan } = await planRestore(open, { choice: at(second), mode: "in-place" });
    settledRun = id;
    expect(plan.text.consequences.join("\n")).toContain(`stillpoint dropped ${id}`);
    for (let kill = 0; kill < KILLS; kill++) await killOnTheWay(unpaused, id);
    const { record } = await open.catalog.runs.get(id);
    if (record.state !== "done") expect(await once(restoring(unpaused, id), "exit")).toEqual([0, null]);
    const result = (await open.catalog.runs.get(id)).record.result as DynamodbResult;
    expect(result).toMatchObject({
      copies: { proof: { kind: "proven" } },
      replaced: { proof: { kind: "proven" } },
    });
    expect(result.replaced?.checked.transactions).toMatchObject({ rolledForward: 0, rolledBack: 0 });
    expect(await tablesOf(world)).toEqual(before);
    expect((await world.totals()).balance).toBe(balance);
    await expect(runRestore(open, id, CONFIRMED)).rejects.toMatchObject({ code: "RUN_FINISHED" });
  });

  test("carries out again what was dropped, with the same nonces, and goes on", async () => {
    const { world, balance } = unpaused;
    await world.restartInstances();
    const dropped = new Set(
      (await pagesOf(settledRun)).flatMap((page) => page.dropped.map((each) => each.transaction)),
    );
    const lost = unpaused.sent.filter(({ transfer }) => dropped.has(transfer.nonce));
    expect(lost.length).toBeGreaterThan(0);
    const { transactions } = await world.totals();
    for (const { transfer } of lost) expect(await send(unpaused, transfer)).toBe(200);
    expect((await world.totals()).transactions).toBe(transactions + lost.length);
    const sentBefore = unpaused.sent.length;
    await underLoad(unpaused, "third", () => busySecond(unpaused));
    const later = unpaused.sent.slice(sentBefore);
    expect(later.filter(({ status }) => status === 200).length).toBeGreaterThan(0);
    expect(later.filter(({ status }) => status !== 200 && status !== 409)).toEqual([]);
    expect((await world.totals()).balance).toBe(balance);
  });
});
