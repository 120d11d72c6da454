import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { CapturedCosmosdb } from "../../../shared/restore/cosmosdb/captured.ts";
import { changesSince } from "../../../shared/restore/cosmosdb/changes-since.ts";
import {
  createdSince,
  isSameRegion,
  type LookedAt,
  refusals,
  targetsOf,
} from "../../../shared/restore/cosmosdb/plan.ts";
import { madeAccounts } from "../../../shared/restore/cosmosdb/restore.ts";
import {
  AT_SECOND,
  AUDITOR,
  captured,
  container,
  LEDGER,
  lookedAt,
  planOf,
  RUN,
  restorable,
  SETTINGS,
} from "./example-plan.ts";

const WHOLE = lookedAt(LEDGER);

test("an account as it was backed up, inside its history, is not refused", () => {
  expect(refusals(WHOLE)).toEqual([]);
  const edge = { ...WHOLE, restorable: restorable(LEDGER, { oldestSecond: AT_SECOND }) };
  expect(refusals(edge)).toEqual([]);
});

test("an account whose resource group is locked against changes is not restored there", () => {
  const locked = lookedAt(LEDGER, { locksAbove: [{ id: "/the/lock", level: "ReadOnly" }] });
  expect(refusals(locked)).toEqual([expect.stringContaining('lock "/the/lock" lets nothing be made')]);
});

test("an account that was deleted since, or of which the service does not say what it had, is not refused", () => {
  const { now: _, existedThen: __, ...gone } = WHOLE;
  expect(refusals(gone)).toEqual([]);
});

const { restorable: _, ...UNLISTED } = WHOLE;
const { way: __, ...WAYLESS } = WHOLE;
const NO_COORDINATOR = captured(LEDGER, { containers: [container("scalar", "asset")] });

const REFUSED: readonly (readonly [string, LookedAt, RegExp])[] = [
  [
    "for want of a permission",
    { ...WHOLE, missingPermissions: ["restore/action"] },
    /may not restore\/action; see docs/,
  ],
  [
    "with several write regions at the backup",
    { ...WHOLE, atBackup: captured(LEDGER, { multipleWriteRegions: true }) },
    /several write regions/,
  ],
  [
    "with several write regions today",
    { ...WHOLE, now: captured(LEDGER, { multipleWriteRegions: true }) },
    /several write regions/,
  ],
  ["that the service does not list", UNLISTED, /instance payments-ledger#1\) cannot be restored any more/],
  [
    "made again before the second",
    { ...WHOLE, restorable: restorable(LEDGER, { instanceId: "other" }) },
    /made again since: the point needs instance payments-ledger#1, and at 2026-11-21T18:00:00Z there was other/,
  ],
  [
    "whose history begins later",
    { ...WHOLE, restorable: restorable(LEDGER, { oldestSecond: AT_SECOND + 1 }) },
    /from 2026-11-21T18:00:01Z on, which is after 2026-11-21T18:00:00Z/,
  ],
  [
    "that was in another region",
    { ...WHOLE, restorable: restorable(LEDGER, { regions: ["West US", "East US"] }) },
    /did not exist in "Japan East" at .*; it did in West US, East US/,
  ],
  [
    "without a container that the backup has",
    { ...WHOLE, existedThen: ["coordinator/state"] },
    /container "scalar\/asset" of account "payments-ledger" did not exist at/,
  ],
  ["whose new name is taken", { ...WHOLE, taken: ["taken-name"] }, /the name "taken-name" is taken/],
  ["that nobody could verify", WAYLESS, /says no verifyFrom/],
  ["without a coordinator", { ...WHOLE, atBackup: NO_COORDINATOR }, /had no coordinator container/],
];

test.each(REFUSED)("an account %s is refused, with that reason alone", (_what, looked, reason) => {
  expect(refusals(looked)).toEqual([expect.stringMatching(reason)]);
});

test("all reasons come at once", () => {
  const { way: _, ...all } = {
    ...WHOLE,
    atBackup: captured(LEDGER, { ...NO_COORDINATOR, multipleWriteRegions: true }),
    restorable: restorable(LEDGER, { instanceId: "other", oldestSecond: AT_SECOND + 1, regions: [] }),
    existedThen: [],
    taken: ["one", "two"],
    missingPermissions: ["a", "b"],
  };
  const reasons = refusals(all);
  expect(reasons).toHaveLength(10);
  const alone = /permission|taken|today|does not list|another region/;
  for (const [what, , reason] of REFUSED.filter(([each]) => !alone.test(each)))
    expect(reasons, what).toContainEqual(expect.stringMatching(reason));
  for (const text of ["may not a, b;", '"one" is taken', '"two" is taken'])
    expect(reasons).toContainEqual(expect.stringContaining(text));
  expect(reasons.join()).toContain("it did in no region");
});

test("a region is the same however it is written", () => {
  expect(isSameRegion("Japan East", "japaneast")).toBe(true);
  expect(isSameRegion("Japan East", "japanwest")).toBe(false);
});

/** As Azure has them. */
const account = fc
  .stringMatching(/^[a-z0-9]+(-[a-z0-9]+)*$/)
  .filter(({ length }) => length >= 3 && length <= 44);
const long = fc.stringMatching(/^[a-z0-9]{29}-[a-z0-9]{1,14}$/);
const run = fc.stringMatching(/^restore-20261121T180000Z-[0-9a-f]{8}$/);

test("names are within Azure's rules, and tell accounts, runs and both seconds apart", () => {
  const names = (of: string, by: string) => Object.values(targetsOf(of, by));
  fc.assert(
    fc.property(fc.oneof(account, long), fc.oneof(account, long), run, run, (one, other, first, second) => {
      const all = [one, other].flatMap((of) => [first, second].flatMap((by) => names(of, by)));
      for (const name of all) {
        expect(name).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
        expect(name.length).toBeLessThanOrEqual(44);
        expect([one, other]).not.toContain(name);
      }
      expect(new Set(all).size).toBe((one === other ? 1 : 2) * (first === second ? 1 : 2) * 2);
    }),
    { numRuns: 500 },
  );
});

test("accounts that differ only at the end of long names get different targets", () => {
  const [ledger, auditor] = ["ledger", "auditor"].map((role) =>
    targetsOf(`payments-production-japan-east-${role}`, RUN),
  );
  expect(ledger?.target).not.toBe(auditor?.target);
  expect(ledger?.target).toMatch(/^payments-production-jap-[0-9a-f]{6}-sp-0a1b2c3d$/);
});

test("a plan takes the settings of today, and what the second has", () => {
  const [coordinator, asset] = WHOLE.atBackup.containers as [never, ReturnType<typeof container>];
  const today = { ...asset, ttl: 7 };
  const made = container("fresh", "one");
  const now = captured(LEDGER, {
    settings: { ...SETTINGS, tags: { team: "others" } },
    containers: [coordinator, today, made],
    databases: [...WHOLE.atBackup.databases, { name: "fresh", rid: "fresh#1", throughput: null }],
  });
  const plan = planOf([{ ...WHOLE, now }]);
  const [planned] = plan.accounts;
  expect(planned?.original.settings.tags).toEqual({ team: "others" });
  expect(planned?.original.containers).toEqual([coordinator, today]);
  expect(planned?.original.databases).toEqual(WHOLE.atBackup.databases);
  expect(plan.leftOut).toEqual(["fresh/one"]);
  expect(planned).toMatchObject({ deletedSince: [], wasDeleted: false, source: WHOLE.restorable.id });
});

test("a container that was deleted since, or made again, is planned as the backup has it", () => {
  const [coordinator, asset] = WHOLE.atBackup.containers as [never, ReturnType<typeof container>];
  const again = { ...asset, rid: "scalar/asset#2", storedProcedures: [] };
  for (const containers of [[coordinator], [coordinator, again]]) {
    const now = captured(LEDGER, { containers });
    const plan = planOf([{ ...WHOLE, now }]);
    expect(plan.accounts[0]?.original.containers).toEqual([coordinator, asset]);
    expect(plan.accounts[0]?.deletedSince).toEqual(["scalar/asset"]);
    expect(plan.leftOut).toEqual([]);
    expect(changes(plan, now)).toEqual([]);
  }
});

test("an account that was deleted since is planned as the backup has it", () => {
  const { now: _, ...gone } = WHOLE;
  const [planned] = planOf([gone]).accounts;
  expect(planned).toMatchObject({ wasDeleted: true, deletedSince: [], original: WHOLE.atBackup });
  expect(createdSince(gone)).toEqual([]);
});

test("the later coordinator comes alone, from its own database, at a later second", () => {
  for (const { later, atSecond, target } of planOf([WHOLE, lookedAt(AUDITOR)]).accounts) {
    expect(later.coordinator).toBe("coordinator");
    expect(later.atSecond).toBeGreaterThan(atSecond);
    expect(later.target).not.toBe(target);
  }
  expect(madeAccounts(planOf([WHOLE, lookedAt(AUDITOR)]))).toHaveLength(4);
});

const PLAN = planOf([WHOLE]);

function changes(plan: typeof PLAN, now: CapturedCosmosdb): readonly string[] {
  return changesSince(plan.accounts[0] as never, plan, now);
}

test.each<[string, Partial<CapturedCosmosdb>, RegExp]>([
  ["another tag", { settings: { ...SETTINGS, tags: {} } }, /^payments-ledger: tags: was/],
  [
    "another consistency",
    { settings: { ...SETTINGS, consistency: "Session" } },
    /default consistency: was Strong, is Session/,
  ],
  ["a container less", { containers: WHOLE.now.containers.slice(0, 1) }, /^scalar\/asset: is not there/],
  [
    "a container more",
    { containers: [...WHOLE.now.containers, container("scalar", "new")] },
    /container "scalar\/new" was made$/,
  ],
  [
    "a container made again",
    { containers: [container("coordinator", "state", { rid: "2" }), ...WHOLE.now.containers.slice(1)] },
    /container "coordinator\/state" was made again/,
  ],
  [
    "a trigger more",
    {
      containers: [
        container("coordinator", "state", {
          functions: [
            { id: "digest", body: "function digest() {}" },
            { id: "more", body: "" },
          ],
        }),
        ...WHOLE.now.containers.slice(1),
      ],
    },
    /^coordinator\/state: user-defined function "more" was added/,
  ],
  [
    "a lock more",
    { locks: [{ name: "keep", properties: { level: "ReadOnly" } }] },
    /^payments-ledger: lock "keep" was added/,
  ],
])("an original with %s is not as it was planned with", (_what, change, text) => {
  expect(changes(PLAN, captured(LEDGER, change))).toEqual([expect.stringMatching(text)]);
});

test("an original as it was planned with has no changes, whatever its consistency is", () => {
  expect(changes(PLAN, captured(LEDGER))).toEqual([]);
  const settings = { ...SETTINGS, consistency: "Session" };
  expect(changes(planOf([lookedAt(LEDGER, { settings })]), captured(LEDGER, { settings }))).toEqual([]);
});
