import { expect, test } from "vitest";
import type { DynamodbPlan } from "../../shared/restore/dynamodb/plan.ts";
import { Life } from "../workflow/mortal.ts";
import { BYSTANDER } from "./cloud.ts";
import { contentAt, DOUBTS } from "./cloud-state.ts";
import { contentOf } from "./content-of.ts";
import { mutablePlanOf, settledPlanOf } from "./example-plan.ts";
import { Situation } from "./situation.ts";

const MODES = ["in-place", "side-by-side"] as const;
const UNPAUSED = { doubtful: true } as const;
const TABLES = 1;

async function undisturbed(plan: DynamodbPlan) {
  const situation = new Situation(plan, UNPAUSED);
  const life = new Life();
  const result = await situation.run(life);
  return { result, situation, moments: life.moments };
}

test("a settled restore in place ends with nothing in doubt, and says what was dropped", async () => {
  const { situation, result } = await undisturbed(settledPlanOf(3));
  const { cloud, plan } = situation;
  for (const { name, atSecond } of plan.tables)
    expect(cloud.tables.get(name)).toMatchObject({ content: contentAt(name, atSecond), status: "ACTIVE" });
  expect(situation.names).toEqual([...plan.tables.map(({ name }) => name), BYSTANDER].sort());
  expect(result.settled).toMatchObject({ dropped: DOUBTS.length, keptUntilMs: plan.settling?.keptUntilMs });
  expect(result.replaced?.checked.tables.map(({ digest }) => digest)).toEqual(
    result.copies.checked.tables.map(({ digest }) => digest),
  );
  expect([...cloud.settled]).toEqual([plan.point]);
  expect(cloud.parts.size).toBe(0);
  const phases = situation.events.flatMap((event) => (event.kind === "phase" ? [event.phase] : []));
  expect(phases.slice(0, 6)).toEqual(["check", "wait", "copy", "settle", "verify", "back-up"]);
});

test("a settled restore side by side keeps settled copies, and leaves the originals", async () => {
  const { situation, result } = await undisturbed(settledPlanOf(3, "side-by-side"));
  const { cloud, plan } = situation;
  for (const { name, id, temporary, atSecond } of plan.tables) {
    expect(cloud.tables.get(name)).toMatchObject({ id, content: `${name} today` });
    expect(cloud.tables.get(temporary)?.content).toBe(contentAt(name, atSecond));
  }
  expect(cloud.backups.size).toBe(0);
  expect(result).toMatchObject({ mode: "side-by-side", settled: { dropped: DOUBTS.length } });
});

test("records that change in place are settled by an earlier copy too, which nobody keeps or verifies", async () => {
  for (const mode of MODES) {
    const { situation } = await undisturbed(mutablePlanOf(2, mode));
    const { cloud, plan, names } = situation;
    const [first, second] = plan.earlier ?? [];
    expect([...cloud.settledFrom].filter((read) => read.startsWith("earlier "))).toEqual([
      `earlier ${first?.temporary}`,
      `earlier ${second?.temporary}`,
    ]);
    for (const { temporary } of plan.earlier ?? []) {
      expect(cloud.created).toContain(temporary);
      expect(names).not.toContain(temporary);
      expect([...cloud.created]).not.toContain(`backup ${temporary}`);
    }
  }
});

test.each(MODES)(
  "killed at any moment and resumed, a settled restore %s ends as an undisturbed one",
  async (mode) => {
    const { situation, result, moments } = await undisturbed(mutablePlanOf(TABLES, mode));
    expect(moments).toEqual(expect.arrayContaining(["before settle-parts", "after apply-page"]));
    for (const moment of moments.keys()) {
      const disturbed = new Situation(mutablePlanOf(TABLES, mode), UNPAUSED);
      expect(await disturbed.end(new Life(moment)), moments[moment]).toBe("killed");
      expect(contentOf(await disturbed.run()), moments[moment]).toEqual(contentOf(result));
      expect(disturbed.cloud.law.broken).toEqual([]);
      expect(disturbed.cloud.snapshot()).toEqual(situation.cloud.snapshot());
    }
  },
);

test.each(MODES)(
  "abandoned at any moment, a settled restore %s leaves nothing behind, or refuses",
  async (mode) => {
    const plan = mutablePlanOf(TABLES, mode);
    const { moments } = await undisturbed(plan);
    const before = new Situation(plan, UNPAUSED).cloud.snapshot();
    for (const moment of moments.keys()) {
      const disturbed = new Situation(plan, UNPAUSED);
      await disturbed.end(new Life(moment));
      await disturbed.abandon(new Life(moment % 9));
      const end = await disturbed.abandon();
      if (end === "abandoned") {
        expect(disturbed.cloud.snapshot(), moments[moment]).toEqual(before);
        expect(disturbed.cloud.pages.size, moments[moment]).toBe(0);
      } else expect([end, await disturbed.end()]).toEqual(["ABANDON_REFUSED", "done"]);
    }
  },
);

test("what cannot be settled stops the restore before a row is changed, however often it is resumed", async () => {
  const plan = settledPlanOf(TABLES);
  const stopped = new Situation(plan, { ...UNPAUSED, unsettleable: true });
  const before = new Situation(plan, UNPAUSED).cloud.snapshot();
  for (let life = 0; life < 2; life++) expect(await stopped.end()).toBe("SETTLE_OLD");
  for (const { name, temporary, atSecond } of plan.tables)
    expect(stopped.cloud.tables.get(temporary)?.content).toBe(
      `${contentAt(name, atSecond)}${DOUBTS.join("")}`,
    );
  expect(stopped.cloud.pages.size).toBe(0);
  expect(stopped.cloud.deleted.size).toBe(0);
  expect(stopped.cloud.settled.size).toBe(0);
  expect(await stopped.abandon()).toBe("abandoned");
  expect(stopped.cloud.snapshot()).toEqual(before);
});

test("copies that are torn after all are not restored", async () => {
  const plan = settledPlanOf(TABLES);
  const torn = new Situation(plan, { ...UNPAUSED, torn: [plan.tables[0]?.temporary ?? ""] });
  expect(await torn.end()).toBe("COPY_DISPROVEN");
  expect(torn.cloud.deleted.size).toBe(0);
  expect(torn.cloud.settled.size).toBe(0);
});

test("a backup that is taken too soon after the last change is not what was verified", async () => {
  const hasty = new Situation(settledPlanOf(TABLES, "in-place", 1_000), UNPAUSED);
  await expect(hasty.run()).rejects.toThrow("LAW BROKEN");
  expect(hasty.cloud.law.broken).toContainEqual(expect.stringContaining("was verified and backed up"));
});
