import { describe, expect, test } from "vitest";
import type { RestorePoint } from "../../shared/catalog/model.ts";
import { choosePoint, type PointChoice, secondOf } from "../../shared/restore/choose-point.ts";
import { CapturedDynamodb, type CapturedTable } from "../../shared/restore/dynamodb/captured.ts";
import { describePlan } from "../../shared/restore/dynamodb/describe-plan.ts";
import {
  createdSince,
  type DynamodbPlan,
  isLessCaptured,
  planTables,
  refusals,
} from "../../shared/restore/dynamodb/plan.ts";
import { discardedBy } from "../../shared/restore/restore-stakes.ts";
import type { QuietSecond } from "../../shared/verify/quiet-seconds.ts";
import { AT_SECOND, captured, databaseOf, planOf, quietPlanOf, RUN, settledPlanOf } from "./example-plan.ts";

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
  ["is a global table", { replicas: ["eu-west-1"] }, /replicas in eu-west-1; .*--detach-replicas/],
])("a table that %s is refused", (_what, now, reason) => {
  expect(refused(now)).toEqual([expect.stringMatching(reason)]);
});

test("a global table is restored side by side, and in place where its replicas may be left behind", () => {
  const global = (more: Partial<CapturedTable> = {}) =>
    databaseOf([captured(NAME, { replicas: ["eu-west-1"], ...more })]);
  expect(refusals(global(), { ...IN_PLACE, mode: "side-by-side" })).toEqual([]);
  expect(refusals(global(), { ...IN_PLACE, detachReplicas: true })).toEqual([]);
  const strong = refusals(global({ stronglyConsistent: true }), { ...IN_PLACE, detachReplicas: true });
  expect(strong).toEqual([expect.stringContaining("none of them can be deleted alone")]);
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
    ...planOf(2, "in-place", { dropped: ["the tags aws:stack, which only AWS can set"] }),
    dyingPoints: ["older-1", "older-2"],
    leftAlone: ["prod_new.one"],
  };
  const { consequences } = describePlan(plan, (AT_SECOND + 5 * 60) * 1000);
  const text = consequences.join("\n");
  expect(text).toContain("Every write since 2026-11-21T18:00:00Z is discarded: 5 minutes of work");
  expect(text).toContain("older-1, older-2");
  expect(text).toContain("loses the tags aws:stack, which only AWS can set: put it back by hand");
  expect(text).toContain("left alone, with their rows of today: prod_new.one");
  expect(text).toContain("7 restores, 50 at a time; 4 more tables meanwhile; 3 backups");
  expect(text).toContain("start the instances fresh");
  expect(text).toContain("what names its id or its stream does not");
  expect(text).not.toContain("Not looked at");
});

test("who agrees to quiet seconds is told what the earliest of them would discard", () => {
  const nowMs = (AT_SECOND + 5 * 60) * 1000;
  const plan = { ...quietPlanOf(1), candidates: [0, -60, 7200].map(candidateAt) };
  const told =
    "Every write since 2026-11-21T18:00:00Z is discarded: 5 minutes of work; where only the earliest of the quiet seconds is proven, every write since 2026-11-21T16:00:00Z: 2.1 hours of work";
  expect(discardedBy(plan, nowMs)).toBe(told);
  expect(describePlan(plan, nowMs).consequences).toContain(told);
  const single = { ...plan, candidates: [0, -60].map(candidateAt) };
  expect(discardedBy(single, nowMs)).toBe(
    "Every write since 2026-11-21T18:00:00Z is discarded: 5 minutes of work",
  );
});

test("who agrees to quiet seconds is told where nobody has set the bound that they rest on", () => {
  const unset = "Nobody has set pause.scalarClockBound: the default of 1s is taken";
  expect(textOf({ ...quietPlanOf(1), isBoundDefault: true })).toContain(unset);
  expect(textOf(quietPlanOf(1))).not.toContain(unset);
});

function candidateAt(back: number): QuietSecond {
  return { atSecond: AT_SECOND - back, marginMs: 5_000 };
}

test("who agrees to settling is told that the last moments before the second go, too", () => {
  expect(discardedBy(settledPlanOf(1), (AT_SECOND + 5 * 60) * 1000)).toBe(
    "Every write since 2026-11-21T18:00:00Z is discarded: 5 minutes of work; and before it what cannot be kept, such as whatever was committed after 2026-11-21T17:59:58.750Z",
  );
});

const STREAM = "arn:aws:dynamodb:us-east-1:1:table/t/stream/2026-01-01";

test("the text of a plan tells the end of the stream, of its readers and of a policy that names it", () => {
  const change: Partial<CapturedTable> = {
    settings: { ...captured(NAME).settings, stream: "KEYS_ONLY", policy: `{"Resource":"${STREAM}"}` },
    streamArn: STREAM,
    readers: [{ uuid: "u-1", functionArn: "arn:aws:lambda:f", enabled: true, options: {} }],
  };
  const text = textOf(planOf(0, "in-place", change));
  expect(text).toContain("gets a new stream with another ARN");
  expect(text).toContain(
    "loses its reader arn:aws:lambda:f: its event source mapping u-1 hangs on the old stream",
  );
  expect(text).toContain(`names its stream (${STREAM}), which will be another one`);
});

test("the text of a plan names what could not be looked at, what is kept, and what the backup did not know", () => {
  const change: Partial<CapturedTable> = {
    unread: ["the resource policy (dynamodb:GetResourcePolicy)"],
    alarms: [{ name: "throttled", definition: "{}" }],
  };
  const text = textOf({ ...planOf(1, "in-place", change), lessCaptured: true });
  expect(text).toContain(
    'Not looked at, and lost where set: the resource policy (dynamodb:GetResourcePolicy) of "prod_coordinator.state", "prod_scalar.table_0"',
  );
  expect(text).toContain("alarms follow the tables' names and are kept; they may fire meanwhile: throttled");
  expect(text).toContain("The version that took the backup did not look at streams");
});

test("the text of a plan tells what becomes of replicas, and how to have some again", () => {
  const text = textOf({ ...planOf(0, "in-place", { replicas: ["eu-west-1"] }), detachReplicas: true });
  expect(text).toContain("its replicas in eu-west-1 stay as they are, with their rows of today");
  expect(text).toContain("aws dynamodb update-table --table-name prod_coordinator.state --replica-updates");
});

function textOf(plan: DynamodbPlan): string {
  return describePlan(plan, AT_SECOND * 1000).consequences.join("\n");
}

test("side by side nothing is discarded, and the text does not say so", () => {
  const { steps, consequences } = describePlan(planOf(2, "side-by-side"), AT_SECOND * 1000);
  expect(consequences.join()).not.toMatch(/discarded|Not looked at|start the instances/);
  expect(steps.flatMap(({ deletes }) => deletes)).toEqual([expect.stringMatching(/-later$/)]);
});

test("a record of the version before can still be planned with, and is known to hold less", () => {
  const older = captured(NAME);
  expect(CapturedDynamodb.parse(databaseOf([older]).atBackup).tables).toEqual([older]);
  const today = captured(NAME, { settings: { ...older.settings, stream: null }, unread: [], readers: [] });
  expect(isLessCaptured(databaseOf([older], [today]))).toBe(true);
  expect(isLessCaptured(databaseOf([today]))).toBe(false);
  expect(refusals(databaseOf([older], [today]), IN_PLACE)).toEqual([]);
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
  point("never", 310, { artifact: "failed", because: "its container was deleted" }),
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

describe("a point that a command alone has left", () => {
  const command = {
    command: "copy\nall",
    startedMs: 0,
    endedMs: 0,
    end: { kind: "exited", status: 0 },
    output: "",
    outputBytes: 0,
  } as const;
  const left = point("left", 0, {
    databases: [],
    command,
    window: { startMs: 220_300, endMs: 221_900 },
  });

  test("is of the middle of its window", () => {
    expect(secondOf(left)).toBe(221);
  });

  test("is passed over by a time, for the last one that can be restored", () => {
    expect(choosePoint([...POINTS, left], { kind: "at", atMs: 999_000 }, "payments").id).toBe("second");
  });

  test.each<[string, readonly RestorePoint[], PointChoice]>([
    ["its id", [...POINTS, left], { kind: "id", id: "left" }],
    ["a time at which there is nothing else", [point("later", 900), left], { kind: "at", atMs: 500_000 }],
    ["a time where there is nothing else at all", [left], { kind: "at", atMs: 500_000 }],
  ])("is refused by %s, which says whose work it is", (_, points, choice) => {
    expect(() => choosePoint(points, choice, "payments")).toThrow(
      /"left" was left by a command \(copy\\nall\), .*stop the instances, .*stillpoint verify --live; nothing was touched$/,
    );
  });

  test("is not named by a time before it, nor once it is lost", () => {
    const lost = { ...left, lostTo: "restore-1" };
    for (const [points, atMs] of [
      [[left], 220_999],
      [[lost], 500_000],
    ] as const)
      expect(() => choosePoint(points, { kind: "at", atMs }, "payments")).toThrow(
        /^"payments" has no restore points/,
      );
  });
});

test.each<[string, PointChoice, RegExp]>([
  ["an unknown id", { kind: "id", id: "third" }, /"third"/],
  ["the id of an incomplete point", { kind: "id", id: "pending" }, /"pending" .*stillpoint follow --watch/],
  ["the id of a failed point", { kind: "id", id: "never" }, /"never" is failed: its container was deleted/],
  ["the id of another deployment's", { kind: "id", id: "foreign" }, /"foreign"/],
  ["a time before all", { kind: "at", atMs: 99_999 }, /its first is of 1970-01-01T00:01:40.000Z/],
])("there is no point for %s", (_what, choice, message) => {
  expect(() => choosePoint(POINTS, choice, "payments")).toThrow(message);
  expect(() => choosePoint([], choice, "payments")).toThrow(/nothing was touched/);
});
