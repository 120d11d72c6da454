import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { AbandonCosmosdbEffects } from "../../../shared/restore/cosmosdb/abandon.ts";
import type { CapturedCosmosdb } from "../../../shared/restore/cosmosdb/captured.ts";
import type { CosmosdbPlan } from "../../../shared/restore/cosmosdb/plan.ts";
import {
  type CosmosdbResult,
  madeAccounts,
  restoreCosmosdb,
} from "../../../shared/restore/cosmosdb/restore.ts";
import { accountDifferences } from "../../../shared/restore/cosmosdb/settings.ts";
import type { Handlers } from "../../../shared/workflow/effect.ts";
import { Journal } from "../../../shared/workflow/journal.ts";
import { runInProcess } from "../../../shared/workflow/run-in-process.ts";
import { Life } from "../../workflow/mortal.ts";
import { BYSTANDER } from "./azure.ts";
import { AzureSituation } from "./azure-situation.ts";
import { contentAt } from "./azure-state.ts";
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

async function undisturbed(plan: CosmosdbPlan) {
  const situation = new AzureSituation(plan);
  const life = new Life();
  const result = await situation.run(life);
  return { result, situation, moments: life.moments };
}

test("a restore in place ends with verified accounts that are set as their originals", async () => {
  const { situation, result } = await undisturbed(ledgerAndAuditor());
  const { cloud, plan } = situation;
  for (const { target, original, atSecond } of plan.accounts) {
    const { content, set } = cloud.accounts.get(target) ?? {};
    expect(content).toBe(contentAt(original.account, atSecond));
    expect(accountDifferences(original, set as CapturedCosmosdb, { takesOver: true })).toEqual({});
    expect(set?.settings.consistency).toBe("Strong");
    expect(set?.containers.map(({ ttl }) => ttl)).toEqual([null, 3_600]);
  }
  expect(situation.names).toEqual(
    [AUDITOR, LEDGER, BYSTANDER, ...plan.accounts.map(({ target }) => target)].sort(),
  );
  expect([...cloud.endpoints]).toEqual([]);
  expect(result).toMatchObject({ settingsDifferences: {}, copies: { proof: { kind: "proven" } } });
  expect(result.accounts.map(({ restored, endpoint }) => [restored, endpoint])).toEqual(
    plan.accounts.map(({ target }) => [target, `https://${target}.documents.azure.com:443/`]),
  );
});

test("a restore side by side ends with accounts that stay closed but for their way, and expire nothing", async () => {
  const { situation, result } = await undisturbed(ledgerAndAuditor("side-by-side"));
  const { cloud, plan } = situation;
  for (const { target, original } of plan.accounts) {
    const set = cloud.accounts.get(target)?.set as CapturedCosmosdb;
    expect(accountDifferences(original, set, { takesOver: false })).toEqual({});
    expect(set.settings).toMatchObject({ consistency: "Strong", network: { subnets: [] } });
    expect(set.containers.map(({ ttl }) => ttl)).toEqual([null, null]);
  }
  const [ledger, auditor] = plan.accounts.map(({ target }) => target);
  expect(cloud.accounts.get(ledger ?? "")?.set.settings.network.ipRules).toEqual(["203.0.113.9"]);
  expect([...cloud.endpoints]).toEqual([[`${auditor}-verify`, auditor]]);
  expect(result.settingsDifferences).toEqual({});
});

test.each(MODES)(
  "killed at any moment and resumed, a restore %s ends as an undisturbed one",
  async (mode) => {
    const { situation, result, moments } = await undisturbed(ledgerAndAuditor(mode));
    expect(moments.some((moment) => moment.startsWith("inside"))).toBe(true);
    for (const moment of moments.keys()) {
      const disturbed = new AzureSituation(ledgerAndAuditor(mode));
      expect(await disturbed.end(new Life(moment)), moments[moment]).toBe("killed");
      expect(await disturbed.run(), moments[moment]).toEqual(result);
      expect(disturbed.cloud.snapshot(), moments[moment]).toEqual(situation.cloud.snapshot());
    }
  },
);

test("killed again and again at random moments, a restore ends as an undisturbed one", async () => {
  const { situation } = await undisturbed(ledgerAndAuditor());
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(60), { minLength: 2, maxLength: 8 }), async (deaths) => {
      const disturbed = new AzureSituation(ledgerAndAuditor());
      for (const death of deaths) await disturbed.end(new Life(death));
      expect(await disturbed.end()).toBe("done");
      expect(disturbed.cloud.snapshot()).toEqual(situation.cloud.snapshot());
    }),
    { numRuns: 60 },
  );
});

test.each(MODES)("abandoned at any moment, a restore %s leaves nothing behind", async (mode) => {
  const plan = ledgerAndAuditor(mode);
  const { moments } = await undisturbed(plan);
  const before = new AzureSituation(plan).cloud.snapshot();
  for (const moment of moments.keys()) {
    const disturbed = new AzureSituation(plan);
    await disturbed.end(new Life(moment));
    expect(await disturbed.abandon(), moments[moment]).toBe("abandoned");
    expect(disturbed.cloud.snapshot(), moments[moment]).toEqual(before);
    expect(await disturbed.end()).toBe("ABANDON_UNFINISHED");
  }
});

test("a run whose original somebody has deleted is not abandoned: its accounts may be the only copies", async () => {
  const plan = ledgerAndAuditor();
  const { moments } = await undisturbed(plan);
  for (const moment of moments.keys()) {
    const disturbed = new AzureSituation(plan);
    await disturbed.end(new Life(moment));
    disturbed.cloud.law.destroyed.add(LEDGER);
    disturbed.cloud.accounts.delete(LEDGER);
    const asItWas = disturbed.cloud.snapshot();
    expect(await disturbed.abandon(), moments[moment]).toBe("ABANDON_REFUSED");
    expect(disturbed.said).toMatch(/account "payments-ledger" is not there .*nothing was deleted/);
    expect(disturbed.cloud.snapshot()).toEqual(asItWas);
    expect(disturbed.state).toBe("running");
  }
});

test("abandoning is killed at any moment, and repeated", async () => {
  const plan = ledgerAndAuditor();
  const before = new AzureSituation(plan).cloud.snapshot();
  const { moments } = await undisturbed(plan);
  for (const until of [
    "after start-account",
    "after make-strong",
    "before judge-parts",
    "after apply-account",
  ])
    for (let moment = 0, ended = ""; ended !== "abandoned"; moment++) {
      const disturbed = new AzureSituation(plan);
      await disturbed.end(new Life(moments.indexOf(until)));
      ended = await disturbed.abandon(new Life(moment));
      expect(await disturbed.abandon(), `${until}, then ${moment}`).toBe("abandoned");
      expect(disturbed.cloud.snapshot()).toEqual(before);
    }
});

test("a restore abandoned under a runner that is still at work leaves nothing that the plan does not name", async () => {
  const plan = planOf([lookedAt(LEDGER)]);
  const { moments } = await undisturbed(plan);
  const before = new AzureSituation(plan).cloud.snapshot();
  let effects = 0;
  for (; ; effects++) {
    const situation = new AzureSituation(plan);
    const abandoned = await runAbandonedAt(situation, effects);
    if (abandoned === undefined) break;
    // What the runner began just then is found by whoever abandons once more.
    expect(situation.cloud.law.broken, `effect ${effects}`).toEqual([]);
    expect(await situation.abandon()).toBe("abandoned");
    expect(situation.cloud.snapshot(), `effect ${effects}`).toEqual(before);
  }
  expect(effects).toBe(
    moments.filter((moment) => moment.startsWith("before ") && !/entry/.test(moment)).length,
  );
});

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

/** The runner is at the point of carrying out its nth effect when somebody else abandons the run. */
async function runAbandonedAt(situation: AzureSituation, nth: number): Promise<string | undefined> {
  let effects = 0;
  let abandoned: string | undefined;
  const journal = await Journal.open(situation.store, situation.plan.run);
  const disturbed = Object.entries(situation.handlersOf(new Life(), journal)).map(([kind, handler]) => [
    kind,
    async (input: never, signal: AbortSignal) => {
      if (effects++ === nth) abandoned = await situation.abandon();
      return handler(input, signal);
    },
  ]);
  const running = runInProcess<AbandonCosmosdbEffects, CosmosdbResult>(restoreCosmosdb(situation.plan), {
    handlers: Object.fromEntries(disturbed) as Handlers<AbandonCosmosdbEffects>,
    journal,
    pass: async () => undefined,
  });
  await running.catch(() => undefined);
  return abandoned;
}
