import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { AbandonEffects } from "../../shared/restore/dynamodb/abandon.ts";
import type { DynamodbPlan } from "../../shared/restore/dynamodb/plan.ts";
import { type DynamodbResult, restore } from "../../shared/restore/dynamodb/restore.ts";
import type { Handlers } from "../../shared/workflow/effect.ts";
import { Journal } from "../../shared/workflow/journal.ts";
import { runInProcess } from "../../shared/workflow/run-in-process.ts";
import { Life } from "../workflow/mortal.ts";
import { BYSTANDER, type Cloud } from "./cloud.ts";
import { contentAt } from "./cloud-state.ts";
import { contentOf } from "./content-of.ts";
import { planOf, SETTINGS } from "./example-plan.ts";
import { Situation } from "./situation.ts";

const MODES = ["in-place", "side-by-side"] as const;
const TABLES = 2;

async function undisturbed(plan: DynamodbPlan) {
  const situation = new Situation(plan);
  const life = new Life();
  const result = await situation.run(life);
  return { result, situation, moments: life.moments };
}

test("a restore in place ends with the point's content, the settings of before, and the backups alone", async () => {
  const { situation, result } = await undisturbed(planOf(3));
  const { cloud, plan } = situation;
  for (const { name, atSecond, original } of plan.tables) {
    expect(cloud.tables.get(name)).toMatchObject({ content: contentAt(name, atSecond), status: "ACTIVE" });
    expect(cloud.tables.get(name)?.settings).toEqual(original.settings);
  }
  expect(situation.names).toEqual([...plan.tables.map(({ name }) => name), BYSTANDER].sort());
  expect(cloud.backups.size).toBe(4);
  expect([...result.backups].sort()).toEqual([...cloud.backups.keys()].sort());
  expect(result).toMatchObject({ settingsDifferences: {}, replaced: { proof: { kind: "proven" } } });
});

test("a restore side by side leaves the originals as they are and keeps the copies", async () => {
  const { situation } = await undisturbed(planOf(3, "side-by-side"));
  const { cloud, plan } = situation;
  for (const { name, id, temporary, atSecond } of plan.tables) {
    expect(cloud.tables.get(name)).toMatchObject({ id, content: `${name} today` });
    expect(cloud.tables.get(temporary)?.content).toBe(contentAt(name, atSecond));
  }
  expect(cloud.backups.size).toBe(0);
  expect(cloud.tables.has(plan.proofs[0]?.temporary ?? "")).toBe(false);
});

test.each(MODES)(
  "killed at any moment and resumed, a restore %s ends as an undisturbed one",
  async (mode) => {
    const { situation, result, moments } = await undisturbed(planOf(TABLES, mode));
    for (const moment of moments.keys()) {
      const disturbed = new Situation(planOf(TABLES, mode));
      expect(await disturbed.end(new Life(moment)), moments[moment]).toBe("killed");
      expect(contentOf(await disturbed.run())).toEqual(contentOf(result));
      expect(disturbed.cloud.law.broken).toEqual([]);
      expect(disturbed.cloud.snapshot()).toEqual(situation.cloud.snapshot());
    }
  },
);

test("killed again and again at random moments, a restore ends as an undisturbed one", async () => {
  const { situation } = await undisturbed(planOf(TABLES));
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(60), { minLength: 2, maxLength: 8 }), async (deaths) => {
      const disturbed = new Situation(planOf(TABLES));
      for (const death of deaths) await disturbed.end(new Life(death)).catch(() => "finished");
      expect(await disturbed.end()).toBe("done");
      expect(disturbed.cloud.snapshot()).toEqual(situation.cloud.snapshot());
    }),
    { numRuns: 60 },
  );
});

test.each(MODES)("abandoned at any moment, a restore %s leaves nothing behind, or refuses", async (mode) => {
  const plan = planOf(TABLES, mode);
  const { moments } = await undisturbed(plan);
  const before = new Situation(plan).cloud.snapshot();
  const ends = new Set<string>();
  for (const moment of moments.keys()) {
    const disturbed = new Situation(plan);
    await disturbed.end(new Life(moment));
    const whole = isWhole(disturbed);
    const asItWas = disturbed.cloud.snapshot();
    const end = await disturbed.abandon();
    ends.add(end);
    expect(end, moments[moment]).toBe(whole ? "abandoned" : "ABANDON_REFUSED");
    expect(disturbed.cloud.snapshot(), moments[moment]).toEqual(whole ? before : asItWas);
    if (!whole) expect(await disturbed.end()).toBe("done");
  }
  expect([...ends].sort()).toEqual(mode === "in-place" ? ["ABANDON_REFUSED", "abandoned"] : ["abandoned"]);
});

test("abandoning is killed at any moment, and repeated", async () => {
  const plan = planOf(TABLES);
  const before = new Situation(plan).cloud.snapshot();
  const { moments } = await undisturbed(plan);
  const untilDeletion = moments.lastIndexOf("after recheck");
  for (let moment = 0, ended = ""; ended !== "abandoned"; moment++) {
    const disturbed = new Situation(plan);
    await disturbed.end(new Life(untilDeletion));
    ended = await disturbed.abandon(new Life(moment));
    expect(await disturbed.abandon()).toBe("abandoned");
    expect(disturbed.cloud.snapshot()).toEqual(before);
  }
});

test("a restore abandoned under a runner that is still at work never loses the only copy", async () => {
  const plan = planOf(TABLES);
  const { moments } = await undisturbed(plan);
  for (const moment of moments.keys()) {
    const situation = new Situation(plan);
    const abandoned = await runAbandonedAt(situation, moment);
    expect(situation.cloud.law.broken, `effect ${moment} ${abandoned}`).toEqual([]);
    if (abandoned === undefined) break;
  }
});

test("a restore killed at any moment, whose abandoning was killed too, loses nothing when it is resumed", async () => {
  const plan = planOf(1);
  const { moments } = await undisturbed(plan);
  const before = new Situation(plan).cloud.snapshot();
  const untilDeletion = moments.lastIndexOf("before delete-original");
  const ends = new Set<string>();
  for (let until = 0; until <= untilDeletion; until++)
    for (let moment = 0, abandoned = "killed"; abandoned === "killed"; moment++) {
      const situation = new Situation(plan);
      await situation.end(new Life(until));
      if (!isWhole(situation)) break;
      abandoned = await situation.abandon(new Life(moment));
      const { state } = situation;
      const unmarked = state !== "abandoning";
      const where = `killed at ${moments[until]}, its abandoning at ${moment}`;
      if (!unmarked) expect(await situation.end(), where).toBe("ABANDON_UNFINISHED");
      // As a runner that looked just before the mark: the world, not the journal, decides.
      situation.state = "running";
      const end = await situation.end();
      ends.add(end);
      if (unmarked) expect(end, where).toBe("done");
      situation.state = state;
      if (isWhole(situation)) {
        expect(await situation.abandon(), where).toBe("abandoned");
        expect(situation.cloud.snapshot(), where).toEqual(before);
      }
    }
  expect(ends).toContain("PLAN_OUTDATED");
});

test("abandoning switches the deletion protection on again that was switched off for a deletion", async () => {
  const plan = planOf(1, "in-place", { settings: { ...SETTINGS, deletionProtection: true } });
  const stopped = new Situation(plan, { unprotectsOnly: true });
  expect(await stopped.end()).toBe("TIMED_OUT");
  expect(stopped.cloud.tables.get(plan.tables[0]?.name ?? "")?.settings.deletionProtection).toBe(false);
  expect(await stopped.abandon()).toBe("abandoned");
  expect(stopped.cloud.snapshot()).toEqual(new Situation(plan).cloud.snapshot());
});

test("a setting that the service refuses for good is told at the end, and stops nothing", async () => {
  const plan = planOf(1);
  const [, { name } = { name: "" }] = plan.tables;
  const situation = new Situation(plan, { refused: [name] });
  const { settingsDifferences } = await situation.run();
  expect(Object.keys(settingsDifferences)).toEqual([name]);
  expect(settingsDifferences[name]).toContain("the service refused the tags");
  expect(situation.names).toEqual([...plan.tables.map((table) => table.name), BYSTANDER].sort());
});

test("an original that is used or set otherwise between two lives is not deleted", async () => {
  const plan = planOf(1);
  const { moments } = await undisturbed(plan);
  const situation = new Situation(plan);
  await situation.end(new Life(moments.indexOf("before delete-original")));
  const table = situation.cloud.tables.get(plan.tables[0]?.name ?? "");
  if (table) table.settings = { ...table.settings, ttl: "expires" };
  expect(await situation.end()).toBe("PLAN_OUTDATED");
  expect(situation.cloud.deleted.size).toBe(0);
});

test("copies that somebody tidies up between two lives are missed before the first deletion", async () => {
  const plan = planOf(2);
  const { moments } = await undisturbed(plan);
  const after = ["after look-again", "before look-again", "before delete-original"];
  for (const moment of after.map((name) => moments.indexOf(name)))
    for (const tidy of [
      (cloud: Cloud) => cloud.tables.delete(plan.tables[1]?.temporary ?? ""),
      (cloud: Cloud) => cloud.backups.delete([...cloud.backups.keys()][0] ?? ""),
    ]) {
      const situation = new Situation(plan);
      await situation.end(new Life(moment));
      tidy(situation.cloud);
      expect(await situation.end()).toBe("PLAN_OUTDATED");
      expect(situation.cloud.deleted.size).toBe(0);
      expect(await situation.abandon()).toBe("abandoned");
    }
});

function isWhole({ cloud, plan }: Situation): boolean {
  return plan.tables.every(({ name, id }) => {
    const table = cloud.tables.get(name);
    return table?.id === id && table.status === "ACTIVE";
  });
}

/** The runner is at the point of carrying out its nth effect when somebody else abandons the run. */
async function runAbandonedAt(situation: Situation, nth: number): Promise<string | undefined> {
  let effects = 0;
  let abandoned: string | undefined;
  const journal = await Journal.open(situation.store, situation.plan.run);
  const disturbed = Object.entries(situation.handlersOf(journal)).map(([kind, handler]) => [
    kind,
    async (input: never, signal: AbortSignal) => {
      if (effects++ === nth) abandoned = await situation.abandon();
      return handler(input, signal);
    },
  ]);
  const running = runInProcess<AbandonEffects, DynamodbResult>(restore(situation.plan), {
    handlers: Object.fromEntries(disturbed) as Handlers<AbandonEffects>,
    journal,
    pass: async () => situation.cloud.tick(),
  });
  await running.catch(() => undefined);
  return abandoned;
}
