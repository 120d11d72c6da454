import { expect, test } from "vitest";
import { describeCosmosdbPlan } from "../../../shared/restore/cosmosdb/describe-plan.ts";
import type { CosmosdbPlan } from "../../../shared/restore/cosmosdb/plan.ts";
import { madeAccounts } from "../../../shared/restore/cosmosdb/restore.ts";
import { discardedBy, replacesOriginals, stakesOf } from "../../../shared/restore/restore-stakes.ts";
import { AzureSituation } from "./azure-situation.ts";
import {
  AT_SECOND,
  AUDITOR,
  container,
  ENDPOINT,
  LEDGER,
  ledgerAndAuditor,
  lookedAt,
  planOf,
  SETTINGS,
} from "./example-plan.ts";

const NOW_MS = (AT_SECOND + 5 * 60) * 1000;

function textOf(plan: CosmosdbPlan): string {
  const { steps, consequences } = describeCosmosdbPlan(plan, NOW_MS);
  return [...steps.map(({ does }) => does), ...consequences].join("\n");
}

test.each(["in-place", "side-by-side"] as const)(
  "the text of a plan %s names what is made, changed and deleted, and nothing else",
  async (mode) => {
    const situation = new AzureSituation(ledgerAndAuditor(mode));
    await situation.run();
    const { steps } = describeCosmosdbPlan(situation.plan, NOW_MS);
    const { created, changed, deleted } = situation.cloud.happened;
    const named = (texts: readonly string[]) =>
      texts.map((text) => text.replace(/ \(database .*/, "")).sort();
    // What leads to the new account as to the old one is made by the settings' step, under names of its own.
    const makes = steps.flatMap(({ creates }) => creates).filter((text) => !text.includes(" to "));
    expect(named(makes)).toEqual([...created].sort());
    expect(named(steps.flatMap(({ deletes }) => deletes))).toEqual([...deleted].sort());
    const changes = steps.flatMap((step) => step.changes);
    for (const what of changed) {
      const [, of = ""] = what.split(/ of (?=payments)/);
      expect(
        changes.some((text) => text.includes(of)),
        what,
      ).toBe(true);
    }
    const made = madeAccounts(situation.plan).map(({ name }) => name);
    for (const text of changes) expect(made.some((name) => text.includes(name))).toBe(true);
    for (const word of [
      "default consistency level",
      "firewall",
      "throughput of its databases",
      "time to live",
    ])
      expect(changes.some((text) => text.includes(word))).toBe(
        word !== "time to live" || mode === "in-place",
      );
  },
);

test("what is set on an account that takes over is named in the plan, setting by setting", () => {
  const { steps } = describeCosmosdbPlan(ledgerAndAuditor(), NOW_MS);
  const changes = steps.flatMap((step) => step.changes).join();
  for (const what of ["tags", "network rules", "TLS", "CORS", "identities", "regions", "locks", "diagnostic"])
    expect(changes).toContain(what);
  expect(steps.flatMap(({ creates }) => creates).filter((text) => text.includes(" to "))).toHaveLength(2);
});

test("every step says how to get back to before it, and the original is in none of them", () => {
  const plan = planOf([lookedAt(LEDGER, {}, ENDPOINT)]);
  for (const { creates, changes, deletes, undo } of describeCosmosdbPlan(plan, NOW_MS).steps) {
    expect(undo).toMatch(/nothing to undo|the original is never touched/);
    expect([...creates, ...changes, ...deletes].join()).not.toMatch(/payments-ledger(?!-sp-)/);
  }
});

test("where keys are switched off, the plan says that this identity gets a role", () => {
  const settings = { ...SETTINGS, localAuthDisabled: true };
  const { steps, consequences } = describeCosmosdbPlan(planOf([lookedAt(LEDGER, { settings })]), NOW_MS);
  expect(steps.flatMap(({ changes }) => changes).join()).toMatch(/this identity may read, since keys are/);
  expect(consequences.join()).toContain("stays a reader of the data");
});

test("a lock above the account is told, since the restore stops at it", () => {
  const locksAbove = [
    { id: "/subscriptions/s/providers/Microsoft.Authorization/locks/all", level: "CanNotDelete" },
  ];
  const text = textOf(planOf([lookedAt(LEDGER, { locksAbove })]));
  expect(text).toContain("locks/all");
  expect(text).toContain("take it off, or the restore stops");
});

test("that an account is encrypted with a key of your own is told as what may be lost", () => {
  const customerKey = { uri: "https://vault.example/keys/ledger", identity: "" };
  const plan = planOf([lookedAt(LEDGER, { settings: { ...SETTINGS, customerKey } })]);
  expect(textOf(plan)).toContain("encrypted with a key of your own (https://vault.example/keys/ledger)");
  const { steps } = describeCosmosdbPlan(plan, NOW_MS);
  expect(steps.flatMap(({ changes }) => changes).join()).not.toContain("key of your own");
});

test("the text of a plan says what it costs and what it takes", () => {
  const text = textOf(ledgerAndAuditor());
  expect(text).toContain(
    "Every write since 2026-11-21T18:00:00Z is not in the new account: 5 minutes of work",
  );
  expect(text).toContain("another endpoint and other keys");
  expect(text).toContain("0.15 USD");
  expect(text).toContain("30 to 90 minutes for a terabyte");
  expect(text).toContain('Time to live is off while "scalar/asset" are verified');
  expect(text).toContain("identity that");
  expect(text).toContain("the old account stays until you delete it");
  expect(text).not.toMatch(/Not looked at|Regions are added|Deleted since|Made since/);
});

test("side by side nothing is given up, and the text says what stays away", () => {
  const text = textOf(ledgerAndAuditor("side-by-side"));
  expect(text).toContain("the original and its instances go on as they are");
  expect(text).toContain("stays closed but for the way by which it is verified");
  expect(text).toContain('Time to live stays off in "scalar/asset", so that nothing is deleted');
  expect(text).not.toMatch(/Every write since|point the instances|properties/);
});

test("the text of a plan names what is lost, new, gone, far away or was not looked at", () => {
  const whole = lookedAt(LEDGER, {
    settings: { ...SETTINGS, regions: [...SETTINGS.regions, { name: "Japan West", zoneRedundant: false }] },
    unread: ["the locks (Microsoft.Authorization/locks/read)"],
  });
  const now = {
    ...whole.now,
    containers: [container("coordinator", "state"), container("scalar", "new")],
  };
  const text = textOf(planOf([{ ...whole, now }]));
  expect(text).toContain("Made since the backup, and not in the new account: scalar/new");
  expect(text).toMatch(/Deleted since the backup, .* as they were then: scalar\/asset/);
  expect(text).toContain("Regions are added after the restore, which takes hours for much data");
  expect(text).toContain("Not looked at, and lost where set: the locks");
});

test("the text of a plan says that an account was deleted", () => {
  const { now: _, ...gone } = lookedAt(LEDGER);
  expect(textOf(planOf([gone]))).toContain('Account "payments-ledger" was deleted since the backup');
});

test("what is agreed to is the taking over, and nothing that was there before is deleted", () => {
  const plan = planOf([lookedAt(LEDGER), lookedAt(AUDITOR)]);
  expect(replacesOriginals(plan)).toBe(false);
  for (const { target } of plan.accounts) expect(stakesOf(plan)).toContain(`"${target}"`);
  expect(discardedBy(plan, NOW_MS)).toContain("5 minutes of work");
});
