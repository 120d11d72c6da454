import * as fc from "fast-check";
import { expect, test } from "vitest";
import { Life } from "../../workflow/mortal.ts";
import { BYSTANDER, contentAt } from "./cloud.ts";
import { AUDITOR, LEDGER, ledgerAndAuditor } from "./example-plan.ts";
import { Situation, undisturbed } from "./situation.ts";

const MODES = ["in-place", "side-by-side"] as const;

test("a restore in place ends with verified servers under the original names, and the originals under others", async () => {
  const { situation, result } = await undisturbed(ledgerAndAuditor());
  const { cloud, plan } = situation;
  expect(situation.names).toEqual(
    [LEDGER, AUDITOR, BYSTANDER, `${LEDGER}-before-0a1b2c3d`, `${AUDITOR}-before-0a1b2c3d`].sort(),
  );
  for (const { original, kept, atSecond } of plan.servers) {
    expect(cloud.servers.get(original.server)?.content).toBe(contentAt(original.server, atSecond));
    expect(cloud.servers.get(kept)?.set.resourceId).toBe(original.resourceId);
    expect(cloud.servers.get(kept)?.content).toBe(`${original.server} today`);
  }
  expect(result).toMatchObject({
    kind: "managed",
    settingsDifferences: {},
    copies: { proof: { kind: "proven" } },
  });
  expect(result.servers.map(({ restored, kept }) => [restored, kept])).toEqual([
    [LEDGER, `${LEDGER}-before-0a1b2c3d`],
    [AUDITOR, `${AUDITOR}-before-0a1b2c3d`],
  ]);
});

test("a restore side by side ends with servers of their own that are set as their originals", async () => {
  const { situation, result } = await undisturbed(ledgerAndAuditor("side-by-side"));
  expect(situation.names).toEqual(
    [LEDGER, AUDITOR, BYSTANDER, `${LEDGER}-sp-0a1b2c3d`, `${AUDITOR}-sp-0a1b2c3d`].sort(),
  );
  expect(result.settingsDifferences).toEqual({});
  expect(result.servers.map(({ host, kept }) => [host, kept])).toEqual([
    [`${LEDGER}-sp-0a1b2c3d.cluster-abc.ap-northeast-1.rds.amazonaws.com`, undefined],
    [`${AUDITOR}-sp-0a1b2c3d.cluster-abc.ap-northeast-1.rds.amazonaws.com`, undefined],
  ]);
});

test.each(MODES)(
  "killed at any moment and resumed, a restore %s of servers ends as an undisturbed one",
  async (mode) => {
    const { situation, result, moments } = await undisturbed(ledgerAndAuditor(mode));
    expect(moments.includes("inside a change")).toBe(true);
    expect(moments.includes("inside a rename")).toBe(mode === "in-place");
    for (const moment of moments.keys()) {
      const disturbed = new Situation(ledgerAndAuditor(mode));
      expect(await disturbed.end(new Life(moment)), moments[moment]).toBe("killed");
      expect(await disturbed.run(), moments[moment]).toEqual(result);
      expect(disturbed.cloud.snapshot(), moments[moment]).toEqual(situation.cloud.snapshot());
    }
  },
);

test("killed again and again at random moments, a restore of servers ends as an undisturbed one", async () => {
  const { situation } = await undisturbed(ledgerAndAuditor());
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(60), { minLength: 2, maxLength: 8 }), async (deaths) => {
      const disturbed = new Situation(ledgerAndAuditor());
      for (const death of deaths) await disturbed.end(new Life(death));
      expect(await disturbed.end()).toBe("done");
      expect(disturbed.cloud.snapshot()).toEqual(situation.cloud.snapshot());
    }),
    { numRuns: 60 },
  );
});

test.each(MODES)(
  "abandoned at any moment before names are swapped, a restore %s leaves no server behind",
  async (mode) => {
    const plan = ledgerAndAuditor(mode);
    const { moments } = await undisturbed(plan);
    const before = new Situation(plan).cloud.snapshot();
    const swapping = moments.indexOf("inside a rename");
    const until = swapping === -1 ? moments.length : swapping;
    for (let moment = 0; moment < until; moment++) {
      const disturbed = new Situation(plan);
      await disturbed.end(new Life(moment));
      expect(await disturbed.abandon(), moments[moment]).toBe("abandoned");
      expect(disturbed.cloud.snapshot(), moments[moment]).toEqual(before);
      expect(await disturbed.end()).toBe("ABANDON_UNFINISHED");
    }
  },
);

test("a run that has begun to rename is not abandoned, and can be resumed", async () => {
  const { situation, moments } = await undisturbed(ledgerAndAuditor());
  const first = moments.indexOf("inside a rename");
  for (let moment = first + 1; moment < moments.length; moment++) {
    const disturbed = new Situation(ledgerAndAuditor());
    await disturbed.end(new Life(moment));
    for (let ticks = 0; ticks < 8; ticks++) disturbed.cloud.tick();
    expect(await disturbed.abandon(), moments[moment]).toBe("ABANDON_REFUSED");
    expect(disturbed.said).toMatch(/may have renamed it already.*resume the run.*nothing was deleted/);
    disturbed.cloud.abandoning = false;
    expect(await disturbed.end(), moments[moment]).toBe("done");
    expect(disturbed.cloud.snapshot()).toEqual(situation.cloud.snapshot());
  }
});

test("a run whose original somebody has deleted is not abandoned: its servers may be the only copies", async () => {
  const plan = ledgerAndAuditor("side-by-side");
  const { moments } = await undisturbed(plan);
  for (const moment of moments.keys()) {
    const disturbed = new Situation(plan);
    await disturbed.end(new Life(moment));
    disturbed.cloud.destroyed.add(LEDGER);
    disturbed.cloud.servers.delete(LEDGER);
    const asItWas = disturbed.cloud.snapshot();
    expect(await disturbed.abandon(), moments[moment]).toBe("ABANDON_REFUSED");
    expect(disturbed.said).toMatch(/may be the only copy; nothing was deleted/);
    expect(disturbed.cloud.snapshot()).toEqual(asItWas);
    expect(disturbed.state).toBe("running");
  }
});

test("abandoning is killed at any moment, and repeated", async () => {
  const plan = ledgerAndAuditor();
  const before = new Situation(plan).cloud.snapshot();
  const { moments } = await undisturbed(plan);
  for (const until of ["after start-server", "after settle-server", "before judge-parts"])
    for (let moment = 0, ended = ""; ended !== "abandoned"; moment++) {
      const disturbed = new Situation(plan);
      await disturbed.end(new Life(moments.indexOf(until)));
      ended = await disturbed.abandon(new Life(moment));
      expect(await disturbed.abandon(), `${until}, then ${moment}`).toBe("abandoned");
      expect(disturbed.cloud.snapshot()).toEqual(before);
    }
});
