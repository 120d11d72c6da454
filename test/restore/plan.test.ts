import { expect, test } from "vitest";
import type { RestorePoint } from "../../shared/catalog/model.ts";
import { choosePoint, type PointChoice } from "../../shared/restore/choose-point.ts";
import type { CapturedTable } from "../../shared/restore/dynamodb/captured.ts";
import { describePlan } from "../../shared/restore/dynamodb/describe-plan.ts";
import { createdSince, planTables, refusals } from "../../shared/restore/dynamodb/plan.ts";
import { AT_SECOND, captured, databaseOf, planOf, RUN } from "./example-plan.ts";

const NAME = "prod_scalar.asset";
const IN_PLACE = { run: RUN, mode: "in-place" } as const;

function refused(now: Partial<CapturedTable> | undefined, name = NAME): readonly string[] {
  return refusals(databaseOf([captured(name)], now ? [captured(name, now)] : []), IN_PLACE);
}

test("a table as it was backed up, inside its coverage, is not refused", () => {
  expect(refused({})).toEqual([]);
  expect(refused({ coverage: { earliestSecond: AT_SECOND, latestSecond: AT_SECOND } })).toEqual([]);
});

test("a point newer than the coverage is waited for, not refused", () => {
  expect(refused({ coverage: { earliestSecond: AT_SECOND - 9, latestSecond: AT_SECOND - 1 } })).toEqual([]);
});

test.each<[string, Partial<CapturedTable> | undefined, RegExp]>([
  ["is gone", undefined, /does not exist any more/],
  ["was made again", { id: "another" }, /not the one that was backed up.*"another"/],
  ["has no recovery", { coverage: undefined } as never, /no point-in-time recovery/],
  [
    "reaches back less far",
    { coverage: { earliestSecond: AT_SECOND + 1, latestSecond: AT_SECOND + 9 } },
    /from 2026-11-21T18:00:01Z on/,
  ],
  ["is a global table", { replicas: ["eu-west-1"] }, /replicas in eu-west-1/],
])("a table that %s is refused", (_what, now, reason) => {
  expect(refused(now)).toEqual([expect.stringMatching(reason)]);
});

test("a table whose temporary name would be too long is refused", () => {
  const longest = 255 - ".stillpoint-0a1b2c3d-later".length;
  expect(refused({}, "x".repeat(longest))).toEqual([]);
  expect(refused({}, "x".repeat(longest + 1))).toEqual([expect.stringContaining("longer than 255")]);
});

test("all reasons come at once, over all tables", () => {
  const atBackup = ["gone", "again", "both"].map((name) => captured(name));
  const now = [
    captured("again", { id: "another" }),
    captured("both", { coverage: undefined as never, replicas: ["eu-west-1"] }),
  ];
  const reasons = refusals(databaseOf(atBackup, now), IN_PLACE);
  expect(reasons).toHaveLength(4);
  for (const name of ["gone", "again", "both"])
    expect(reasons.some((reason) => reason.includes(`"${name}"`))).toBe(true);
});

test("a table created since the backup is named and no part of the plan", () => {
  const database = databaseOf([captured(NAME)], [captured(NAME), captured("prod_new.one")]);
  expect(createdSince(database)).toEqual(["prod_new.one"]);
  expect(planTables(database, RUN).map(({ name }) => name)).toEqual([NAME]);
});

test("a plan takes the settings of today and the id of the backup", () => {
  const today = { settings: { ...captured(NAME).settings, ttl: "expires" } };
  const [table] = planTables(databaseOf([captured(NAME)], [captured(NAME, today)]), RUN);
  expect(table).toMatchObject({ id: `${NAME}#1`, original: today });
});

test("the text of a plan says what it costs", () => {
  const plan = {
    ...planOf(2, "in-place", { dropped: ["the stream, and what reads from it"] }),
    dyingPoints: ["older-1", "older-2"],
    leftAlone: ["prod_new.one"],
  };
  const { consequences } = describePlan(plan, (AT_SECOND + 5 * 60) * 1000);
  const text = consequences.join("\n");
  expect(text).toContain("Every write since 2026-11-21T18:00:00Z is discarded: 5 minutes of work");
  expect(text).toContain("older-1, older-2");
  expect(text).toContain("loses the stream, and what reads from it");
  expect(text).toContain("left alone, with their rows of today: prod_new.one");
  expect(text).toContain("7 restores, 50 at a time; 4 more tables meanwhile; 3 backups");
  expect(text).toContain("start the instances fresh");
  expect(text).toContain("Not looked at, and lost where set: resource policies");
});

test("side by side nothing is discarded, and the text does not say so", () => {
  const { steps, consequences } = describePlan(planOf(2, "side-by-side"), AT_SECOND * 1000);
  expect(consequences.join()).not.toMatch(/discarded|Not looked at|start the instances/);
  expect(steps.flatMap(({ deletes }) => deletes)).toEqual([expect.stringMatching(/-later$/)]);
});

function point(id: string, second: number, change: Partial<RestorePoint> = {}): RestorePoint {
  const database = {
    name: "main",
    kind: "dynamodb",
    clockBound: { lowMs: 0, highMs: 0 },
    captured: {},
  } as const;
  return {
    schema: 1,
    id,
    deployment: "payments",
    createdMs: second * 1000,
    basis: "window",
    artifact: "complete",
    instances: [],
    discovery: "list",
    databases: [{ ...database, atSecond: second }],
    ...change,
  };
}

const POINTS = [
  point("first", 100),
  point("second", 200),
  point("pending", 300, { artifact: "pending" }),
  point("foreign", 250, { deployment: "other" }),
];

test.each<[string, PointChoice, string]>([
  ["by its id", { kind: "id", id: "first" }, "first"],
  ["by a time: the last at or before it", { kind: "at", atMs: 200_000 }, "second"],
  ["by a time a moment before it: the one before", { kind: "at", atMs: 199_999 }, "first"],
  ["by a time after an incomplete one: the last complete one", { kind: "at", atMs: 999_000 }, "second"],
])("a point is chosen %s", (_how, choice, id) => {
  expect(choosePoint(POINTS, choice, "payments").id).toBe(id);
});

test("a point of several databases is as late as its latest second", () => {
  const [database] = point("x", 100).databases;
  const wide = point("wide", 100, {
    databases: [100, 160].map((atSecond) => ({ ...database, atSecond })) as never,
  });
  expect(choosePoint([...POINTS, wide], { kind: "at", atMs: 159_999 }, "payments").id).toBe("first");
  expect(choosePoint([...POINTS, wide], { kind: "at", atMs: 160_000 }, "payments").id).toBe("wide");
});

test.each<[string, PointChoice, RegExp]>([
  ["an unknown id", { kind: "id", id: "third" }, /"third"/],
  ["the id of an incomplete point", { kind: "id", id: "pending" }, /"pending"/],
  ["the id of another deployment's", { kind: "id", id: "foreign" }, /"foreign"/],
  ["a time before all", { kind: "at", atMs: 99_999 }, /its first is of 1970-01-01T00:01:40.000Z/],
])("there is no point for %s", (_what, choice, message) => {
  expect(() => choosePoint(POINTS, choice, "payments")).toThrow(message);
  expect(() => choosePoint([], choice, "payments")).toThrow(/nothing was touched/);
});
