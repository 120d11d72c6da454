import { expect, test } from "vitest";
import { resultLines } from "../../functions/cli/show/restore-result.ts";
import { codeOf } from "../../shared/errors/stillpoint-error.ts";
import type { DynamodbPlan } from "../../shared/restore/dynamodb/plan.ts";
import { triesOf } from "../../shared/restore/dynamodb/quiet/tries.ts";
import { Life } from "../workflow/mortal.ts";
import { BYSTANDER } from "./cloud.ts";
import { contentAt } from "./cloud-state.ts";
import { contentOf } from "./content-of.ts";
import { AT_SECOND, quietPlanOf } from "./example-plan.ts";
import { Situation } from "./situation.ts";

const MODES = ["in-place", "side-by-side"] as const;
const TABLES = 1;

/** One copy of each of the first so many tries is torn. */
function unlucky(plan: DynamodbPlan, tries: number): Situation {
  const torn = triesOf(plan).flatMap((each) => each.plan.tables.at(-1)?.temporary ?? []);
  return new Situation(plan, { torn: torn.slice(0, tries) });
}

async function undisturbed(plan: DynamodbPlan, tries = 1) {
  const situation = unlucky(plan, tries);
  const life = new Life();
  const result = await situation.run(life);
  return { result, situation, moments: life.moments };
}

test("the names of no two tries are the same, and all are of the run", () => {
  const plan = quietPlanOf(2);
  const names = triesOf(plan).flatMap(({ plan: { tables, proofs } }) =>
    [...tables, ...proofs].map(({ temporary }) => temporary),
  );
  expect(new Set(names).size).toBe(3 * 4);
  for (const name of names) expect(name).toMatch(/\.stillpoint-0a1b2c3d/);
  for (const { atSecond, plan: each } of triesOf(plan)) {
    expect(each.tables.map((table) => table.atSecond)).toEqual([atSecond, atSecond, atSecond]);
    expect(each.proofs[0]?.atSecond).toBe(atSecond + (plan.proofs[0]?.atSecond ?? 0) - AT_SECOND);
  }
});

test.each([0, 1, 2])(
  "after %i quiet seconds that are not proven the next one is restored in place",
  async (tries) => {
    const { situation, result } = await undisturbed(quietPlanOf(3), tries);
    const { cloud, plan, events } = situation;
    const second = AT_SECOND - 60 * tries;
    for (const { name } of plan.tables)
      expect(cloud.tables.get(name)).toMatchObject({ content: contentAt(name, second), status: "ACTIVE" });
    expect(situation.names).toEqual([...plan.tables.map(({ name }) => name), BYSTANDER].sort());
    expect(cloud.backups.size).toBe(4);
    expect([...cloud.proven]).toEqual([second]);
    expect(result.copies.proof.kind).toBe("proven");
    expect(events.filter(({ kind }) => kind === "not-quiet")).toHaveLength(tries);
    const notUsed = [0, 60, 120].slice(0, tries).map((back) => ({
      atSecond: AT_SECOND - back,
      proof: "disproven",
      reason: "a transaction is torn",
    }));
    expect(result.notUsed ?? []).toEqual(notUsed);
    const told = resultLines({ ...plan, id: plan.run }, result)
      .join(" ")
      .replaceAll(/\s+/g, " ");
    expect(told.split("was tried before and not used: disproven: a transaction is torn").length - 1).toBe(
      tries,
    );
    expect(told.includes("farther apart than pause.scalarClockBound says")).toBe(tries > 0);
  },
);

test("where no quiet second is proven nothing is left of the tries, and the originals are untouched", async () => {
  for (const mode of MODES) {
    const plan = quietPlanOf(2, mode);
    const before = new Situation(plan).cloud.snapshot();
    const situation = unlucky(plan, 3);
    expect(await situation.end()).toBe("NO_QUIET_SECOND");
    expect(situation.cloud.snapshot()).toEqual(before);
    expect(situation.cloud.proven.size).toBe(0);
  }
});

const BEFORE_ALL = { kind: "since", fromMs: (AT_SECOND - 120) * 1000 } as const;
const BETWEEN = { kind: "since", fromMs: (AT_SECOND - 120) * 1000 + 1 } as const;

test.each([
  ["no copy of whatever second", { kind: "ever" }, 1],
  ["no copy of a second from the last candidate on", BEFORE_ALL, 1],
  ["no copy of a second after the last candidate", BETWEEN, 2],
] as const)(
  "a reason for which %s can be proven ends the tries early, and says so",
  async (_what, unprovable, tries) => {
    const plan = quietPlanOf(1, "side-by-side");
    const before = new Situation(plan).cloud.snapshot();
    const situation = new Situation(plan, { unprovable });
    const failure = await situation.run().catch((error: Error) => error);
    expect(codeOf(failure)).toBe("NO_QUIET_SECOND");
    expect((failure as Error).message).toContain(`${3 - tries} more would show the same and were not tried`);
    expect(situation.events.filter(({ kind }) => kind === "not-quiet")).toHaveLength(tries);
    expect(situation.cloud.snapshot()).toEqual(before);
  },
);

test("seconds after the one that was tried are tried, too, where only earlier ones would show the same", async () => {
  const plan = quietPlanOf(1, "side-by-side");
  const candidates = [...(plan.candidates ?? [])].map(({ marginMs }, nth) => {
    return { atSecond: AT_SECOND + 60 * nth, marginMs };
  });
  const situation = new Situation({ ...plan, candidates }, { unprovable: BEFORE_ALL });
  expect(await situation.end()).toBe("NO_QUIET_SECOND");
  expect(situation.events.filter(({ kind }) => kind === "not-quiet")).toHaveLength(3);
});

test.each(MODES)(
  "killed at any moment and resumed, a quiet restore %s ends as an undisturbed one",
  async (mode) => {
    const { situation, result, moments } = await undisturbed(quietPlanOf(TABLES, mode));
    for (const moment of moments.keys()) {
      const disturbed = unlucky(quietPlanOf(TABLES, mode), 1);
      expect(await disturbed.end(new Life(moment)), moments[moment]).toBe("killed");
      expect(contentOf(await disturbed.run()), moments[moment]).toEqual(contentOf(result));
      expect(disturbed.cloud.law.broken).toEqual([]);
      expect(disturbed.cloud.snapshot()).toEqual(situation.cloud.snapshot());
    }
  },
);

test.each(MODES)(
  "abandoned at any moment, a quiet restore %s leaves nothing behind, or refuses",
  async (mode) => {
    const plan = quietPlanOf(TABLES, mode);
    const { moments } = await undisturbed(plan);
    const before = new Situation(plan).cloud.snapshot();
    for (const moment of moments.keys()) {
      const disturbed = unlucky(plan, 1);
      await disturbed.end(new Life(moment));
      const end = await disturbed.abandon();
      if (end === "abandoned") expect(disturbed.cloud.snapshot(), moments[moment]).toEqual(before);
      else expect([end, await disturbed.end()]).toEqual(["ABANDON_REFUSED", "done"]);
    }
  },
);

test("abandoning tells of the tables that were there, not of all that further tries would have made", async () => {
  const kept = unlucky(quietPlanOf(TABLES, "side-by-side"), 0);
  await kept.run();
  const made = kept.names.length - new Situation(kept.plan).names.length;
  expect(await kept.abandon()).toBe("abandoned");
  expect(kept.removed).toEqual({ tables: made, backups: 0 });
  await kept.abandon();
  expect(kept.removed).toEqual({ tables: 0, backups: 0 });
});

test("where an original has vanished meanwhile, the copies of a try that failed are kept", async () => {
  const plan = quietPlanOf(TABLES, "side-by-side");
  const { moments } = await undisturbed(plan);
  const failed = moments.findIndex((name) => name.includes("missing-originals"));
  const disturbed = unlucky(plan, 1);
  expect(await disturbed.end(new Life(failed))).toBe("killed");
  const [lost] = plan.tables;
  disturbed.cloud.tables.delete(lost?.name ?? "");
  expect(await disturbed.run().catch(codeOf)).toBe("RESTORE_BLOCKED");
  expect(disturbed.cloud.tables.get(lost?.temporary ?? "")?.status).toBe("ACTIVE");
});
