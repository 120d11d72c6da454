import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { AbandonJdbcEffects } from "../../../shared/restore/jdbc/abandon.ts";
import type { JdbcPlan } from "../../../shared/restore/jdbc/plan.ts";
import { type JdbcResult, restoreJdbc } from "../../../shared/restore/jdbc/restore.ts";
import type { Handlers } from "../../../shared/workflow/effect.ts";
import { Journal } from "../../../shared/workflow/journal.ts";
import { runInProcess } from "../../../shared/workflow/run-in-process.ts";
import { Life } from "../../workflow/mortal.ts";
import { capturedOf, ledgerAndAuditor, lookedAtDump, planOf, RUN, TAIL } from "./example-plan.ts";
import { BYSTANDER, dumpedContent } from "./sql-servers.ts";
import { SqlSituation, undisturbed } from "./sql-situation.ts";

const MODES = ["in-place", "side-by-side"] as const;

function contents({ servers }: SqlSituation, database: string) {
  return Object.fromEntries([...servers.of(database)].map(([name, { content }]) => [name, content]));
}

test("a restore in place gives what it restored the original names, and keeps what had them", async () => {
  const { situation, result } = await undisturbed(ledgerAndAuditor());
  expect(contents(situation, "ledger")).toEqual({
    [BYSTANDER]: "not ours",
    ledger: dumpedContent("ledger"),
    [`ledger_before_${TAIL}`]: "ledger today",
  });
  expect(contents(situation, "auditor")).toEqual({
    [BYSTANDER]: "not ours",
    scalar: dumpedContent("scalar"),
    coordinator: dumpedContent("coordinator"),
    [`scalar_before_${TAIL}`]: "scalar today",
    [`coordinator_before_${TAIL}`]: "coordinator today",
  });
  expect(result).toMatchObject({
    settingsDifferences: {},
    copies: { proof: { kind: "proven" } },
    dumps: [
      {
        database: "ledger",
        server: "db.example:5432",
        restored: { ledger: "ledger" },
        kept: [{ name: "ledger", as: `ledger_before_${TAIL}`, tables: 2, bytes: 2_001_000_000 }],
        removal: [`DROP DATABASE "ledger_before_${TAIL}";`],
      },
      {
        database: "auditor",
        removal: [
          `DROP DATABASE \`coordinator_before_${TAIL}\`;`,
          `DROP DATABASE \`scalar_before_${TAIL}\`;`,
        ],
      },
    ],
  });
  expect(result.replaced?.checked.tables.map(({ digest }) => digest)).toEqual(
    result.copies.checked.tables.map(({ digest }) => digest),
  );
});

test("a restore side by side leaves the originals their names", async () => {
  const { situation, result } = await undisturbed(ledgerAndAuditor("side-by-side"));
  expect(contents(situation, "ledger")).toEqual({
    [BYSTANDER]: "not ours",
    ledger: "ledger today",
    [`ledger_${TAIL}`]: dumpedContent("ledger"),
  });
  expect(result.replaced).toBeUndefined();
  expect(result.dumps.map(({ restored, kept, removal }) => [restored, kept, removal])).toEqual([
    [{ ledger: `ledger_${TAIL}` }, [], []],
    [{ coordinator: `coordinator_${TAIL}`, scalar: `scalar_${TAIL}` }, [], []],
  ]);
});

test("where nothing has the original name, what is restored simply gets it", async () => {
  const { situation, result } = await undisturbed(toEmptyServer());
  expect(contents(situation, "ledger")).toEqual({ [BYSTANDER]: "not ours", ledger: dumpedContent("ledger") });
  expect(result.dumps).toMatchObject([{ kept: [], removal: [] }]);
});

function toEmptyServer(): JdbcPlan {
  const looked = lookedAtDump("ledger");
  const found = looked.found && { ...looked.found, present: [] };
  return planOf([{ ...looked, ...(found && { found }) }]);
}

test.each(MODES)(
  "killed at any moment and resumed, a restore %s ends as an undisturbed one",
  async (mode) => {
    const { situation, result, moments } = await undisturbed(ledgerAndAuditor(mode));
    expect(new Set(moments).size).toBeGreaterThan(20);
    for (const moment of moments.keys()) {
      const disturbed = new SqlSituation(ledgerAndAuditor(mode));
      expect(await disturbed.end(new Life(moment)), moments[moment]).toBe("killed");
      expect(await disturbed.run(), moments[moment]).toEqual(result);
      expect(disturbed.servers.snapshot(), moments[moment]).toEqual(situation.servers.snapshot());
    }
  },
);

test("killed again and again at random moments, a restore ends as an undisturbed one", async () => {
  const plans = [ledgerAndAuditor, toEmptyServer];
  const ends = await Promise.all(plans.map(async (plan) => (await undisturbed(plan())).situation));
  await fc.assert(
    fc.asyncProperty(
      fc.nat(1),
      fc.array(fc.nat(60), { minLength: 2, maxLength: 8 }),
      async (which, deaths) => {
        const disturbed = new SqlSituation((plans[which] ?? ledgerAndAuditor)());
        for (const death of deaths) await disturbed.end(new Life(death));
        expect(await disturbed.end()).toBe("done");
        expect(disturbed.servers.snapshot()).toEqual(ends[which]?.servers.snapshot());
      },
    ),
    { numRuns: 80 },
  );
});

test("no name changes hands before the last of several databases was verified", async () => {
  const situation = new SqlSituation(ledgerAndAuditor(), { torn: ["auditor"] });
  const before = new SqlSituation(ledgerAndAuditor());
  expect(await situation.end()).toBe("COPY_DISPROVEN");
  expect(situation.said).toMatch(/not whole: .*the original was not touched.*"ledger_0a1b2c3d"/);
  for (const name of ["ledger", BYSTANDER])
    expect(situation.servers.of("ledger").get(name)).toEqual(before.servers.of("ledger").get(name));
  expect(await situation.abandon()).toBe("abandoned");
  expect(situation.servers.snapshot()).toEqual(before.servers.snapshot());
});

test("a damaged dump stops the restore before any database is touched", async () => {
  const situation = new SqlSituation(ledgerAndAuditor(), { damaged: ["auditor"] });
  const before = new SqlSituation(ledgerAndAuditor());
  expect(await situation.end()).toBe("DUMP_DAMAGED");
  expect(situation.servers.snapshot()).toEqual(before.servers.snapshot());
  expect(situation.stages).toEqual(["check", "check-dumps"]);
});

test("instances that run stop a restore in place at its beginning, and once more before names change hands", async () => {
  for (const question of [0, 1]) {
    const situation = new SqlSituation(ledgerAndAuditor(), { running: (asked) => asked === question });
    expect(await situation.end()).toBe("INSTANCES_RUNNING");
    expect(situation.servers.of("ledger").get("ledger")?.content).toBe("ledger today");
    expect(await situation.end()).toBe("done");
  }
  const beside = new SqlSituation(ledgerAndAuditor("side-by-side"), { running: () => true });
  expect(await beside.end()).toBe("done");
});

test("a name that is taken, or a server that holds something else than when it was planned, stops the restore", async () => {
  const taken = new SqlSituation(ledgerAndAuditor());
  taken.servers.of("ledger").set(`ledger_${TAIL}`, { content: "somebody's" });
  expect(await taken.end()).toBe("PLAN_OUTDATED");
  expect(taken.said).toContain(`"ledger_${TAIL}" is taken`);
  const gone = new SqlSituation(ledgerAndAuditor("side-by-side"));
  gone.servers.of("auditor").delete("scalar");
  expect(await gone.end().catch(() => "law")).toBe("PLAN_OUTDATED");
  expect(gone.said).toContain('schema "scalar" is gone');
  const made = new SqlSituation(toEmptyServer());
  made.servers.of("ledger").set("ledger", { content: "new" });
  expect(await made.end()).toBe("PLAN_OUTDATED");
  expect(made.said).toContain('database "ledger" was made');
});

test("a dump that went from the store since the plan stops the restore", async () => {
  const situation = new SqlSituation(ledgerAndAuditor());
  situation.servers.stored.clear();
  expect(await situation.end()).toBe("PLAN_OUTDATED");
  expect(situation.said).toContain('dump "payments/ledger.dump.zst" is not in bucket "dumps" any more');
});

test("what was loaded and removed between two lives keeps every name where it is", async () => {
  const { moments } = await undisturbed(ledgerAndAuditor());
  const verified = moments.indexOf("after judge-parts");
  const situation = new SqlSituation(ledgerAndAuditor());
  expect(await situation.end(new Life(verified + 4))).toBe("killed");
  situation.servers.of("ledger").delete(`ledger_${TAIL}`);
  expect(await situation.end()).toBe("PLAN_OUTDATED");
  expect(situation.said).toMatch(/had loaded is not there any more: .*no original was touched/);
  expect(contents(situation, "ledger")["ledger"]).toBe("ledger today");
});

test("what was removed after the first names have changed hands blocks the run, which can still be finished", async () => {
  const { moments } = await undisturbed(ledgerAndAuditor());
  const between = moments.indexOf("after swap") + 2;
  const situation = new SqlSituation(ledgerAndAuditor());
  expect(await situation.end(new Life(between))).toBe("killed");
  const auditor = situation.servers.of("auditor");
  const loaded = auditor.get(`scalar_${TAIL}`);
  auditor.delete(`scalar_${TAIL}`);
  expect(await situation.end()).toBe("RESTORE_BLOCKED");
  expect(situation.said).toMatch(/part of its databases have changed names already/);
  if (loaded) auditor.set(`scalar_${TAIL}`, loaded);
  expect(await situation.end()).toBe("done");
});

test("rows that somebody wrote after the names had changed are told of, and what was there before is kept", async () => {
  const { moments } = await undisturbed(planOf([lookedAtDump("ledger")]));
  const situation = new SqlSituation(planOf([lookedAtDump("ledger")]));
  expect(await situation.end(new Life(moments.lastIndexOf("before scan-segment")))).toBe("killed");
  situation.servers.of("ledger").set("ledger", { content: "written to", madeBy: RUN });
  expect(await situation.end()).toBe("COPY_DIFFERS");
  expect(contents(situation, "ledger")[`ledger_before_${TAIL}`]).toBe("ledger today");
});

test.each(MODES)(
  "abandoned before a name has changed hands, a restore %s leaves nothing behind",
  async (mode) => {
    const plan = ledgerAndAuditor(mode);
    const { moments } = await undisturbed(plan);
    const before = new SqlSituation(plan).servers.snapshot();
    const swap = moments.indexOf("inside swap");
    for (const moment of moments.keys()) {
      const disturbed = new SqlSituation(plan);
      await disturbed.end(new Life(moment));
      if (swap >= 0 && moment >= swap) {
        const asItWas = disturbed.servers.snapshot();
        expect(await disturbed.abandon(), moments[moment]).toBe("ABANDON_REFUSED");
        expect(disturbed.said).toContain(`stillpoint restore resume ${RUN}`);
        expect(disturbed.servers.snapshot()).toEqual(asItWas);
        expect(disturbed.state).toBe("running");
        expect(await disturbed.end()).toBe("done");
      } else {
        expect(await disturbed.abandon(), moments[moment]).toBe("abandoned");
        expect(disturbed.servers.snapshot(), moments[moment]).toEqual(before);
        expect(await disturbed.end()).toBe("ABANDON_UNFINISHED");
      }
    }
  },
);

test("abandoning is killed at any moment, and repeated", async () => {
  const plan = ledgerAndAuditor();
  const before = new SqlSituation(plan).servers.snapshot();
  const { moments } = await undisturbed(plan);
  for (const until of ["inside load", "before judge-parts", "before swap"])
    for (let moment = 0, ended = ""; ended !== "abandoned"; moment++) {
      const disturbed = new SqlSituation(plan);
      await disturbed.end(new Life(moments.indexOf(until)));
      ended = await disturbed.abandon(new Life(moment));
      expect(await disturbed.abandon(), `${until}, then ${moment}`).toBe("abandoned");
      expect(disturbed.servers.snapshot()).toEqual(before);
    }
});

test("what was loaded is not removed where both its dump and its original are gone", async () => {
  const situation = new SqlSituation(planOf([lookedAtDump("ledger")], "side-by-side"));
  expect(await situation.end()).toBe("done");
  situation.servers.stored.clear();
  expect(await situation.abandon()).toBe("abandoned");
  const alone = new SqlSituation(
    planOf([lookedAtDump("ledger", capturedOf("ledger"), noOriginal())], "side-by-side"),
  );
  expect(await alone.end()).toBe("done");
  alone.servers.stored.clear();
  expect(await alone.abandon()).toBe("ABANDON_REFUSED");
  expect(alone.said).toContain(`"ledger_${TAIL}" may be the only copy`);
  expect(alone.servers.of("ledger").has(`ledger_${TAIL}`)).toBe(true);
});

function noOriginal() {
  const { found } = lookedAtDump("ledger");
  return found ? { found: { ...found, present: [] } } : {};
}

test("a restore abandoned under a runner that is still at work is either removed or finished, and nothing in between", async () => {
  const plan = planOf([lookedAtDump("ledger")]);
  const before = new SqlSituation(plan).servers.snapshot();
  const after = (await undisturbed(plan)).situation.servers.snapshot();
  const ends = new Set<string>();
  for (let effects = 0; ; effects++) {
    const situation = new SqlSituation(plan);
    const abandoned = await runAbandonedAt(situation, effects);
    if (abandoned === undefined) break;
    expect(situation.servers.law.broken, `effect ${effects}`).toEqual([]);
    const isGone = abandoned === "abandoned";
    ends.add(abandoned);
    // What the runner began just then is found by whoever abandons once more.
    expect(isGone ? await situation.abandon() : await situation.end()).toBe(isGone ? abandoned : "done");
    expect(situation.servers.snapshot(), `effect ${effects}`).toEqual(isGone ? before : after);
  }
  expect([...ends].sort()).toEqual(["ABANDON_REFUSED", "abandoned"]);
});

/** The runner is at the point of carrying out its nth effect when somebody else abandons the run. */
async function runAbandonedAt(situation: SqlSituation, nth: number): Promise<string | undefined> {
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
  const running = runInProcess<AbandonJdbcEffects, JdbcResult>(restoreJdbc(situation.plan), {
    handlers: Object.fromEntries(disturbed) as Handlers<AbandonJdbcEffects>,
    journal,
    pass: async () => undefined,
  });
  await running.catch(() => undefined);
  return abandoned;
}
