import * as fc from "fast-check";
import { expect, test } from "vitest";
import { describePlan } from "../../shared/restore/dynamodb/describe-plan.ts";
import { MOST_RESTORES } from "../../shared/restore/dynamodb/lane.ts";
import { Life } from "../workflow/mortal.ts";
import { BARE } from "./cloud.ts";
import { contentAt } from "./cloud-state.ts";
import { AT_SECOND, planOf } from "./example-plan.ts";
import { Situation } from "./situation.ts";

test("a copy that is disproven stops the restore before anything is backed up or deleted", async () => {
  const plan = planOf(3);
  const torn = new Situation(plan, { torn: [plan.tables[2]?.temporary ?? ""] });
  expect(await torn.end()).toBe("COPY_DISPROVEN");
  expect(await torn.end()).toBe("COPY_DISPROVEN");
  expect(torn.cloud.deleted.size).toBe(0);
  expect(torn.cloud.backups.size).toBe(0);
  expect(await torn.abandon()).toBe("abandoned");
  expect(torn.cloud.snapshot()).toEqual(new Situation(plan).cloud.snapshot());
});

test("a replaced table that was written to keeps the temporary tables and the backups", async () => {
  const plan = planOf(2);
  const [, victim] = plan.tables;
  const written = new Situation(plan, { writtenTo: [victim?.name ?? ""] });
  expect(await written.end()).toBe("COPY_DIFFERS");
  for (const { temporary, name, atSecond } of plan.tables)
    expect(written.cloud.tables.get(temporary)?.content).toBe(contentAt(name, atSecond));
  expect(written.cloud.backups.size).toBe(plan.tables.length);
  expect(await written.abandon()).toBe("ABANDON_REFUSED");
});

test("a replaced table that somebody mended is read again by the resumed run, which then ends", async () => {
  const plan = planOf(2);
  const [, victim] = plan.tables;
  const written = new Situation(plan, { writtenTo: [victim?.name ?? ""] });
  await written.end();
  const table = written.cloud.tables.get(victim?.name ?? "");
  if (table) table.content = contentAt(victim?.name ?? "", AT_SECOND);
  expect(await written.end()).toBe("done");
});

test.each([1, 2])("instances that answer at the check number %i stop a restore in place", async (nth) => {
  const plan = planOf(2);
  const running = new Situation(plan, { running: (asked) => asked === nth });
  expect(await running.end()).toBe("INSTANCES_RUNNING");
  expect(running.cloud.deleted.size).toBe(0);
  expect(await running.end()).toBe("done");
});

test("a restore side by side does not ask whether instances run", async () => {
  const plan = planOf(2, "side-by-side");
  expect(await new Situation(plan, { running: () => true }).end()).toBe("done");
});

test.each([
  ["before the first step", 0],
  ["while the copies are made", 40],
])("an original that somebody makes again %s is neither copied nor deleted", async (_when, moment) => {
  const plan = planOf(2);
  const name = plan.tables[1]?.name ?? "";
  const situation = new Situation(plan);
  await situation.end(new Life(moment));
  const { cloud } = situation;
  cloud.law.destroyed.add(name);
  cloud.tables.set(name, { id: "another", content: "new", settings: BARE, status: "ACTIVE", untilTick: 0 });
  expect(await situation.end()).toBe("PLAN_OUTDATED");
  expect(cloud.tables.get(name)).toMatchObject({ id: "another", status: "ACTIVE" });
  expect(cloud.deleted.size).toBe(0);
});

test("never more restores than the service allows are begun, whatever others leave of its quota", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: 119 }),
      fc.array(fc.integer({ min: 0, max: MOST_RESTORES }), { minLength: 1, maxLength: 20 }),
      fc.integer({ min: 1, max: 5 }),
      async (others, use, ticks) => {
        const situation = new Situation(
          planOf(others),
          {},
          // Others leave some room at last, or nothing could ever end.
          { others: (tick) => (tick < 100 ? (use[tick % use.length] ?? 0) : 0), ticks: () => ticks },
        );
        expect(await situation.end()).toBe("done");
        expect(situation.cloud.mostRestores).toBeLessThanOrEqual(MOST_RESTORES);
      },
    ),
    { numRuns: 8 },
  );
});

test("with room for all, as many restores go side by side as the service allows", async () => {
  const situation = new Situation(planOf(119), {}, { ticks: () => 3 });
  await situation.end();
  expect(situation.cloud.mostRestores).toBe(MOST_RESTORES);
});

test.each(["in-place", "side-by-side"] as const)(
  "the text of a plan %s names exactly what is created and deleted",
  async (mode) => {
    const plan = planOf(4, mode);
    const { steps } = describePlan(plan, AT_SECOND * 1000 + 60_000);
    const { cloud } = await ended(new Situation(plan));
    const named = (what: "creates" | "deletes") => new Set(steps.flatMap((step) => step[what]));
    expect(cloud.created).toEqual(named("creates"));
    expect(cloud.deleted).toEqual(named("deletes"));
  },
);

test("progress tells the stages of each table in their order, and the phases", async () => {
  const { events, plan } = await ended(new Situation(planOf(2)));
  const stages = events.flatMap((event) =>
    event.kind === "table" && event.table === plan.tables[1]?.name ? [event.stage] : [],
  );
  expect(stages).toEqual([
    "copying",
    "copied",
    "backing-up",
    "backed-up",
    "deleting",
    "deleted",
    "replacing",
    "replaced",
  ]);
  const phases = events.flatMap((event) => (event.kind === "phase" ? [event.phase] : []));
  expect(phases).toEqual([
    "check",
    "wait",
    "copy",
    "verify",
    "back-up",
    "check",
    "replace",
    "settings",
    "read-back",
    "clean-up",
  ]);
});

async function ended(situation: Situation): Promise<Situation> {
  expect(await situation.end()).toBe("done");
  return situation;
}
