import { expect, test } from "vitest";
import type { CapturedCosmosdb } from "../../../shared/restore/cosmosdb/captured.ts";
import { madeAccounts } from "../../../shared/restore/cosmosdb/restore.ts";
import { Life } from "../../workflow/mortal.ts";
import { BYSTANDER } from "./azure.ts";
import { AzureSituation, undisturbed } from "./azure-situation.ts";
import {
  AUDITOR,
  captured,
  ENDPOINT,
  LEDGER,
  ledgerAndAuditor,
  lookedAt,
  planOf,
  SETTINGS,
} from "./example-plan.ts";

const MODES = ["in-place", "side-by-side"] as const;

test.each(MODES)(
  "a torn copy stops a restore %s before its settings, and it can be abandoned",
  async (mode) => {
    const plan = ledgerAndAuditor(mode);
    const before = new AzureSituation(plan).cloud.snapshot();
    const torn = new AzureSituation(plan, { torn: [plan.accounts[1]?.target ?? ""] });
    expect(await torn.end()).toBe("COPY_DISPROVEN");
    expect(torn.said).toMatch(/not whole.*the original account was not touched/);
    expect(torn.events.filter(({ kind }) => kind === "phase").at(-1)).toMatchObject({ phase: "verify" });
    expect(torn.names).toHaveLength(7);
    // Resumed it judges by the journal, and stops again.
    expect(await torn.end()).toBe("COPY_DISPROVEN");
    expect(await torn.abandon()).toBe("abandoned");
    expect(torn.cloud.snapshot()).toEqual(before);
  },
);

test("an account that the service gives up is named, and the run can be abandoned", async () => {
  const plan = ledgerAndAuditor();
  for (const { name } of madeAccounts(plan)) {
    const situation = new AzureSituation(plan, {}, { givenUp: [name] });
    expect(await situation.end()).toBe("DATABASE_REFUSED");
    expect(situation.said).toContain(`"${name}"`);
    expect(await situation.end()).toBe("DATABASE_REFUSED");
    expect(await situation.abandon()).toBe("abandoned");
    expect(situation.names).toEqual([AUDITOR, LEDGER, BYSTANDER]);
  }
});

test("an account that never leaves Creating times out in words, is waited for again, and can be abandoned", async () => {
  const plan = ledgerAndAuditor();
  const { situation: whole } = await undisturbed(plan);
  const [{ target } = { target: "" }] = plan.accounts;
  const situation = new AzureSituation(plan, {}, { stuck: { [target]: 2_500 } });
  for (let life = 0; life < 2; life++) {
    expect(await situation.end()).toBe("TIMED_OUT");
    expect(situation.said).toContain(`after 48 h Azure is still restoring account "${target}"`);
    expect(situation.said).toContain("the original was not touched");
    expect(situation.cloud.happened.created.size).toBe(4);
  }
  expect(await situation.end()).toBe("done");
  expect(situation.cloud.snapshot()).toEqual(whole.cloud.snapshot());

  const forever = new AzureSituation(plan, {}, { stuck: { [target]: 2_500 } });
  await forever.end();
  expect(await forever.abandon()).toBe("TIMED_OUT");
  expect(forever.said).toContain(`account "${target}", which run "${plan.run}" has made, is still there`);
  expect(await forever.abandon()).toBe("abandoned");
  expect(forever.names).toEqual([AUDITOR, LEDGER, BYSTANDER]);
});

test("backups that do not reach the point time out before anything was made, and are waited for again", async () => {
  const situation = new AzureSituation(ledgerAndAuditor(), { uncoveredLooks: 1_500 });
  expect(await situation.end()).toBe("TIMED_OUT");
  expect(situation.said).toMatch(
    /after 1 h the backups of account .*"payments-auditor".*nothing was touched/,
  );
  expect(situation.cloud.happened.created.size).toBe(0);
  expect(await situation.end()).toBe("done");
});

test("settings that the service refuses for good are told at the end, and stop nothing", async () => {
  const situation = new AzureSituation(ledgerAndAuditor(), { refused: ["scalar/asset"] });
  const { settingsDifferences } = await situation.run();
  const [ledger, auditor] = situation.plan.accounts.map(({ target }) => target);
  expect(Object.keys(settingsDifferences).sort()).toEqual([
    `${auditor}/scalar/asset`,
    `${ledger}/scalar/asset`,
  ]);
  const told = settingsDifferences[`${ledger}/scalar/asset`];
  expect(told).toContain('stored procedure "mutate.js" is not there');
  expect(told).toContain("the service refused the stored procedure");
  expect(situation.names).toHaveLength(5);
});

test("an original that is changed, deleted or made again between plan and run stops it untouched", async () => {
  const changes: ((set: CapturedCosmosdb) => CapturedCosmosdb)[] = [
    (set) => ({ ...set, settings: { ...set.settings, tags: { team: "others" } } }),
    (set) => ({ ...set, containers: set.containers.slice(1) }),
    (set) => ({ ...set, containers: set.containers.map((one) => ({ ...one, rid: `${one.rid}0` })) }),
  ];
  for (const change of changes) {
    const situation = new AzureSituation(ledgerAndAuditor());
    const ledger = situation.cloud.accounts.get(LEDGER);
    if (ledger) ledger.set = change(ledger.set);
    situation.cloud.law.destroyed.add(LEDGER);
    expect(await situation.end()).toBe("PLAN_OUTDATED");
    expect(situation.cloud.happened.created.size).toBe(0);
  }
});

test.each(["before recheck", "after recheck"])(
  "a name that somebody takes %s stops the run, and their account stays",
  async (moment) => {
    const plan = ledgerAndAuditor();
    const { moments } = await undisturbed(plan);
    for (const { name } of madeAccounts(plan)) {
      const situation = new AzureSituation(plan);
      await situation.end(new Life(moments.indexOf(moment)));
      const set = captured(name);
      const taken = { instanceId: "theirs", content: "", set, status: "Succeeded", untilTick: 0 } as const;
      situation.cloud.accounts.set(name, taken);
      expect(await situation.end()).toBe("PLAN_OUTDATED");
      expect(await situation.abandon()).toBe("PLAN_OUTDATED");
      expect(situation.cloud.accounts.get(name)).toEqual(taken);
    }
  },
);

test("a deleted account is restored out of its history", async () => {
  const { now: _, ...gone } = lookedAt(LEDGER);
  const { situation } = await undisturbed(planOf([gone]));
  expect(situation.names).toEqual([BYSTANDER, situation.plan.accounts[0]?.target].sort());
});

test("a lock that was put back stops an abandoning, which goes on once somebody has taken it away", async () => {
  const locks = [{ name: "keep", properties: { level: "CanNotDelete" } }];
  const plan = planOf([lookedAt(LEDGER, { locks }, ENDPOINT)]);
  const { moments } = await undisturbed(plan);
  const situation = new AzureSituation(plan);
  await situation.end(new Life(moments.lastIndexOf("after apply-account")));
  expect(await situation.abandon()).toBe("DATABASE_REFUSED");
  expect(situation.said).toContain("locked");
  const copy = situation.cloud.accounts.get(plan.accounts[0]?.target ?? "");
  if (copy) copy.set = { ...copy.set, locks: [] };
  expect(await situation.abandon()).toBe("abandoned");
  expect(situation.names).toEqual([LEDGER, BYSTANDER]);
});

test("an original whose default consistency is weaker is no obstacle, and its copy gets Strong", async () => {
  const settings = { ...SETTINGS, consistency: "BoundedStaleness" };
  const { situation, result } = await undisturbed(planOf([lookedAt(LEDGER, { settings })]));
  const target = situation.plan.accounts[0]?.target ?? "";
  expect(situation.cloud.accounts.get(target)?.set.settings.consistency).toBe("Strong");
  expect(result.settingsDifferences).toEqual({});
});
