import { expect, test } from "vitest";
import { describeManagedPlan } from "../../../shared/restore/managed/describe-plan.ts";
import { namesOf, planServer, refusals } from "../../../shared/restore/managed/plan.ts";
import { repointLines } from "../../../shared/restore/managed/repoint.ts";
import { changesSince, namingOf, serverDifferences } from "../../../shared/restore/managed/settings.ts";
import { discardedBy, replacesOriginals, stakesOf } from "../../../shared/restore/restore-stakes.ts";
import { AT_SECOND, AUDITOR, captured, LEDGER, ledgerAndAuditor, lookedAt, RUN } from "./example-plan.ts";
import { Situation, undisturbed } from "./situation.ts";

test("names that a run gives fit, differ, and are what both clouds allow", () => {
  const long = "a-name-of-a-server-that-leaves-no-room-for-anything-else-at-all-";
  const names = [LEDGER, `${long}one`, `${long}two`].flatMap((name) => Object.values(namesOf(name, RUN)));
  expect(new Set(names).size).toBe(names.length);
  for (const name of names) expect(name).toMatch(/^[a-z](?!.*--)[a-z0-9-]{0,61}[a-z0-9]$/);
  // Whoever asks for a restore may name it as they like.
  expect(namesOf(LEDGER, "Ask-").target).toMatch(/^payments-ledger-sp-[0-9a-f]{8}$/);
});

test("a plan tells every server that is made and every name that changes, and no more", async () => {
  const { situation } = await undisturbed(ledgerAndAuditor());
  const { steps } = describeManagedPlan(situation.plan, AT_SECOND * 1000 + 600_000);
  const made = situation.plan.servers.flatMap(({ target, members }) => [
    `server ${target}`,
    ...members.map((member) => `instance ${member.target} of ${target}`),
  ]);
  expect(steps.flatMap(({ creates }) => creates)).toEqual(made);
  expect(steps.flatMap(({ deletes }) => deletes)).toEqual([]);
  const swap = steps.find(({ does }) => does.includes("swap the names"));
  expect(swap?.changes).toContain(
    `${LEDGER} is called ${LEDGER}-before-0a1b2c3d, and ${LEDGER}-sp-0a1b2c3d is called ${LEDGER}`,
  );
  expect(steps[0]?.does).toMatch(/every instance is stopped \(1 recorded/);
});

test("a plan side by side renames nothing and asks for no stopped instance", () => {
  const { steps, consequences } = describeManagedPlan(ledgerAndAuditor("side-by-side"), AT_SECOND * 1000);
  expect(steps.map(({ does }) => does).join()).not.toMatch(/swap|stopped/);
  expect(consequences[0]).toMatch(/^The originals and their instances go on as they are/);
});

test("what is lost, discarded and at stake is in the plan", () => {
  const plan = ledgerAndAuditor();
  const { consequences } = describeManagedPlan(plan, AT_SECOND * 1000 + 600_000);
  expect(consequences).toContain(`"${LEDGER}" begins without snapshots`);
  expect(consequences[0]).toMatch(
    /^Every write since 2026-11-21T18:00:00(\.000)?Z is not in the new servers: 10 minutes of work/,
  );
  expect(stakesOf(plan)).toBe(
    `gives the names of "${LEDGER}", "${AUDITOR}" to restored servers, and keeps the originals under other names,`,
  );
  expect(discardedBy(plan, AT_SECOND * 1000 + 600_000)).toBe(consequences[0]);
  expect([plan, ledgerAndAuditor("side-by-side")].map(replacesOriginals)).toEqual([true, false]);
});

test("all reasons against a restore come at once", () => {
  const { now: _, ...gone } = lookedAt(LEDGER);
  expect(refusals(gone, "side-by-side")).toEqual([
    expect.stringMatching(/^server "payments-ledger" \(cluster-PAYMENTS-LEDGER\) is not there any more/),
  ]);
  const renamed = captured("payments-ledger-before-1");
  const looked = lookedAt(LEDGER, {
    now: { ...renamed, resourceId: captured(LEDGER).resourceId },
    reach: { earliestSecond: AT_SECOND + 1, latestSecond: AT_SECOND + 100 },
    obstacles: ["the quota is full"],
  });
  expect(refusals(looked, "in-place")).toEqual([
    expect.stringMatching(/can be restored from .* on, which is after/),
    expect.stringMatching(/is called "payments-ledger-before-1" today.*restore side by side/),
    "the quota is full",
  ]);
  expect(refusals(lookedAt(LEDGER, { canRename: false }), "in-place")).toEqual([
    expect.stringMatching(/cannot give its name to another one: restore side by side/),
  ]);
  expect(refusals(lookedAt(LEDGER, { canRename: false }), "side-by-side")).toEqual([]);
});

test("what goes by names is compared with the names changed", () => {
  const original = captured(LEDGER);
  const plan = planServer(lookedAt(LEDGER), RUN, "side-by-side");
  const says = { Dimensions: [{ Name: "DBClusterIdentifier", Value: plan.target }] };
  const restored = {
    ...captured(plan.target),
    tags: { ...original.tags, "stillpoint-run": RUN },
    members: original.members.map((member, index) => ({
      ...member,
      name: plan.members[index]?.target ?? "",
    })),
    surroundings: [{ kind: "alarm", name: `${LEDGER}-cpu-sp-0a1b2c3d`, says }],
  };
  const naming = namingOf(plan, RUN, false);
  expect(serverDifferences(original, restored, naming)).toEqual({});
  const [first, second] = restored.members;
  const other = {
    ...restored,
    settings: { ...restored.settings, DeletionProtection: false },
    tags: { team: "others" },
    members: first && second ? [{ ...first, tier: 5 }] : [],
    surroundings: [{ kind: "alarm", name: `${LEDGER}-cpu`, says: {} }],
  };
  expect(serverDifferences(original, other, naming)).toEqual({
    "": [
      "DeletionProtection: was true, is false",
      'tags: were {"team":"payments"}, are {"team":"others"}',
      `alarm "${LEDGER}-cpu" says something else`,
    ],
    [`${LEDGER}-1`]: ["promotion tier: was 0, is 5"],
    [`${LEDGER}-2`]: ["is not there"],
  });
});

test("what was added since the plan is a change, too", () => {
  const was = captured(LEDGER);
  const added = {
    ...was,
    members: [...was.members, { ...was.members[0], name: "new" } as (typeof was.members)[number]],
    surroundings: [...was.surroundings, { kind: "proxy", name: "front", says: null }],
  };
  expect(changesSince(was, was)).toEqual([]);
  expect(changesSince(was, added)).toEqual(['instance "new" was added', 'proxy "front" was added']);
});

test("the end tells which properties to change, and in place that there are none", async () => {
  const beside = await new Situation(ledgerAndAuditor("side-by-side")).run();
  expect(repointLines(beside)).toEqual([
    `scalar.db.contact_points=jdbc:postgresql://${LEDGER}-sp-0a1b2c3d.cluster-abc.ap-northeast-1.rds.amazonaws.com:5432/ledger`,
    `scalar.db.contact_points=jdbc:postgresql://${AUDITOR}-sp-0a1b2c3d.cluster-abc.ap-northeast-1.rds.amazonaws.com:5432/ledger`,
  ]);
  const { result } = await undisturbed(ledgerAndAuditor());
  expect(repointLines(result)).toEqual([]);
});
