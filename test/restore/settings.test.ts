import { expect, test } from "vitest";
import type { TableSettings } from "../../shared/restore/dynamodb/captured.ts";
import { settingsDifferences } from "../../shared/restore/dynamodb/settings.ts";
import { SETTINGS } from "./example-plan.ts";

const target = { resourceId: "table/t", dimension: "dynamodb:table:ReadCapacityUnits", least: 1, most: 10 };
const policy = {
  name: "table/t-read",
  resourceId: "table/t",
  dimension: "dynamodb:table:ReadCapacityUnits",
  type: "TargetTrackingScaling",
  tracking: { TargetValue: 70, ScaleInCooldown: 60 },
};
const FULL: TableSettings = {
  ...SETTINGS,
  indexCapacity: { by_owner: { read: 5, write: 5 } },
  scalableTargets: [target, { ...target, resourceId: "table/t/index/by_owner" }],
  scalingPolicies: [policy],
  ttl: "expires",
  deletionProtection: true,
  stream: "KEYS_ONLY",
  tableClass: "STANDARD_INFREQUENT_ACCESS",
  policy: JSON.stringify({ Statement: [{ Effect: "Allow", Action: ["a", "b"] }] }),
  onDemandLimits: [
    { index: null, read: 100, write: null },
    { index: "by_owner", read: null, write: 5 },
  ],
  insights: [{ index: null, mode: "THROTTLED_KEYS" }],
  kinesis: [{ streamArn: "arn:kinesis", precision: "MICROSECOND" }],
};
/** As a version recorded it that did not look at streams and what came after. */
const OLDER: TableSettings = SETTINGS;

test("settings do not differ from themselves, in whatever order they come", () => {
  const turned: TableSettings = {
    ...FULL,
    scalableTargets: [...FULL.scalableTargets].reverse(),
    scalingPolicies: [{ ...policy, tracking: { ScaleInCooldown: 60, TargetValue: 70 } }],
    tags: Object.fromEntries(Object.entries(FULL.tags).reverse()),
    policy: JSON.stringify({ Statement: { Action: ["b", "a"], Effect: "Allow" } }),
    onDemandLimits: [...(FULL.onDemandLimits ?? [])].reverse(),
  };
  expect(settingsDifferences(FULL, turned)).toEqual([]);
});

test.each<[string, Partial<TableSettings>, RegExp]>([
  ["recovery that is off", { recoveryDays: null }, /recovery \(days\): was 35, is null/],
  ["a shorter recovery", { recoveryDays: 7 }, /was 35, is 7/],
  ["time to live that is off", { ttl: null }, /time to live: was "expires", is null/],
  ["a tag more", { tags: { ...FULL.tags, x: "y" } }, /^tags/],
  ["no protection", { deletionProtection: false }, /^deletion protection/],
  ["a target less", { scalableTargets: [target] }, /^auto scaling targets/],
  [
    "another policy",
    { scalingPolicies: [{ ...policy, tracking: { TargetValue: 50 } }] },
    /^auto scaling policies/,
  ],
  ["a stream that is off", { stream: null }, /^stream: was "KEYS_ONLY", is null/],
  ["another table class", { tableClass: "STANDARD" }, /^table class/],
  ["no policy", { policy: null }, /^resource policy: was .*Allow.*, is null/],
  ["a maximum less", { onDemandLimits: [] }, /^on-demand maximum/],
  ["another mode", { insights: [{ index: null, mode: "ALL" }] }, /^Contributor Insights/],
  ["no Kinesis destination", { kinesis: [] }, /^Kinesis destinations/],
])("%s is a difference", (_what, change, text) => {
  expect(settingsDifferences(FULL, { ...FULL, ...change })).toEqual([expect.stringMatching(text)]);
});

test("what was not known is no difference, and what cannot be seen any more is one", () => {
  expect(settingsDifferences(OLDER, { ...FULL, ...OLDER })).toEqual([]);
  const { policy: _, ...unseen } = FULL;
  expect(settingsDifferences(FULL, unseen)).toEqual([
    expect.stringMatching(/^resource policy: .* is not known/),
  ]);
});

test("capacity that auto scaling moves is no difference, any other is", () => {
  const moved = { capacity: { read: 1, write: 1 }, indexCapacity: { by_owner: { read: 1, write: 1 } } };
  expect(settingsDifferences(FULL, { ...FULL, ...moved })).toEqual([]);
  const unscaled = { ...FULL, scalableTargets: [], scalingPolicies: [] };
  expect(settingsDifferences(unscaled, { ...unscaled, ...moved })).toHaveLength(2);
});

test("a table that became on demand differs in its billing mode", () => {
  const { capacity: _, ...rest } = FULL;
  const found: TableSettings = { ...rest, billing: "PAY_PER_REQUEST", indexCapacity: {} };
  expect(settingsDifferences(FULL, found)).toContainEqual(expect.stringMatching(/^billing mode/));
});
