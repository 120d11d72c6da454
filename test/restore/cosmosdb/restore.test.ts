import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { AbandonCosmosdbEffects } from "../../../shared/restore/cosmosdb/abandon.ts";
import type { CapturedCosmosdb } from "../../../shared/restore/cosmosdb/captured.ts";
import { type CosmosdbResult, restoreCosmosdb } from "../../../shared/restore/cosmosdb/restore.ts";
import { accountDifferences } from "../../../shared/restore/cosmosdb/settings.ts";
import type { Handlers } from "../../../shared/workflow/effect.ts";
import { Journal } from "../../../shared/workflow/journal.ts";
import { runInProcess } from "../../../shared/workflow/run-in-process.ts";
import { Life } from "../../workflow/mortal.ts";
import { BYSTANDER } from "./azure.ts";
import { AzureSituation, undisturbed } from "./azure-situation.ts";
import { contentAt } from "./azure-state.ts";
import { AUDITOR, LEDGER, ledgerAndAuditor, lookedAt, planOf } from "./example-plan.ts";

const MODES = ["in-place", "side-by-side"] as const;

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
