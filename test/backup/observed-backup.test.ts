import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { backup } from "../../shared/backup/backup.ts";
import { apartMs } from "../../shared/backup/pause-record.ts";
import type { ErrorCode } from "../../shared/errors/table.ts";
import { addressOf } from "../../shared/pause/instance.ts";
import { Death, drive } from "../workflow/drive.ts";
import { type CassyScript, HEALTHY, OBSERVED, ObservedWorld, type Pausing } from "./observed-world.ts";
import { dyingAt, failing, INSTANCES, type Mischief } from "./small-world.ts";

const [FIRST, SECOND, THIRD] = INSTANCES.map(addressOf) as [string, string, string];
const SWEEP_EVERY_MS = 7_000;

function take(mischief?: Mischief, prepare?: (world: ObservedWorld) => void) {
  const world = new ObservedWorld(mischief);
  prepare?.(world);
  return { world, result: drive(backup(OBSERVED), world.answer) };
}

function withCassy(script: Partial<CassyScript>, prepare?: (world: ObservedWorld) => void) {
  return take(undefined, (world) => {
    world.script = { ...HEALTHY, ...script };
    prepare?.(world);
  });
}

function reasonsOf({ result }: ReturnType<typeof take>): string {
  return result.verdict.kind === "invalid" ? result.verdict.reasons.join("; ") : "";
}

function withOne(change: Partial<Pausing>): readonly Pausing[] {
  const [first, ...others] = HEALTHY.instances;
  return [{ ...(first as Pausing), ...change }, ...others];
}

function unpaused({ world }: ReturnType<typeof take>): readonly string[] {
  return world.effects.flatMap((effect) =>
    effect.kind === "unpause"
      ? (effect as unknown as { instances: typeof INSTANCES }).instances.map(addressOf)
      : [],
  );
}

describe("a pause of Cassy's in which nothing was amiss", () => {
  test("is observed, never valid, and leaves a pending point that says so", () => {
    const taken = take();
    const { world, result } = taken;
    expect(result.verdict).toEqual({ kind: "observed" });
    expect(world.pause).toMatchObject({
      state: "closed",
      verdict: { kind: "observed" },
      pauser: "cassy",
    });
    expect(world.points).toMatchObject([
      { basis: "observed", artifact: "pending", databases: [{ captured: { snapshot: "cluster" } }] },
    ]);
    expect(world.points[0]?.marginMs).toBeUndefined();
    expect(unpaused(taken)).toEqual([]);
    expect(world.leaseHolder).toBeUndefined();
  });

  test("is on record before Cassy hears of it", () => {
    const kinds = take().world.effects.map(({ kind }) => kind);
    expect(kinds.indexOf("open-pause")).toBeGreaterThan(-1);
    expect(kinds.indexOf("open-pause")).toBeLessThan(kinds.indexOf("observe-snapshot"));
  });

  test("was held for as long as its gates were shut, and a question or two", () => {
    const { result } = take();
    expect(result.heldMs).toBeGreaterThan(520);
    expect(result.heldMs).toBeLessThan(520 + 3 * 60);
  });

  test("gives a point of a second inside it, on the database's clock", () => {
    const { world, result } = withCassy({ snapshotMs: 4_000 }, (its) => {
      its.databaseOffsetMs = 3_600_000;
    });
    const { startMs, endMs } = result.window ?? { startMs: 0, endMs: 0 };
    const second = (world.points[0]?.databases[0]?.atSecond ?? 0) * 1000;
    expect(second).toBeGreaterThan(startMs + 3_600_000);
    expect(second).toBeLessThan(endMs + 3_600_000);
  });

  test("is not touched by a sweep that comes meanwhile", () => {
    let swept = 0;
    const taken = withCassy({ snapshotMs: 5_000 }, (world) => {
      world.onQuestion = (its) => {
        expect(its.sweepAfter(0)).toMatchObject([{ kind: "not-due" }]);
        swept++;
      };
    });
    expect(swept).toBeGreaterThan(50);
    expect(unpaused(taken)).toEqual([]);
    expect(taken.result.verdict).toEqual({ kind: "observed" });
  });
});

test("an instance that Cassy leaves paused is opened, and its window is worth nothing", () => {
  const taken = withCassy({ instances: withOne({ unpause: "lost" }) });
  expect(reasonsOf(taken)).toContain("no snapshot was taken: a Pause or an Unpause failed");
  expect(unpaused(taken)).toEqual([FIRST]);
  expect(taken.world.closed.size).toBe(0);
  expect(taken.world.points).toEqual([]);
});

test("after one Pause that failed, whatever Cassy left paused is opened and stays under the sweep", () => {
  const taken = withCassy({ instances: withOne({ kind: "refused" }) }, (world) => {
    world.script = {
      ...world.script,
      instances: world.script.instances.map((one) => ({ ...one, drainMs: 9_000 })),
    };
  });
  const { world } = taken;
  expect(unpaused(taken)).toEqual([SECOND, THIRD]);
  expect(world.pause).toMatchObject({ state: "unsettled", unsettled: [FIRST, SECOND, THIRD] });
  expect(world.sweepAfter(0)).toMatchObject([{ kind: "unsettled", stillPaused: [] }]);
  expect(world.sweepAfter(30_000)).toMatchObject([{ kind: "unsettled" }]);
  expect(world.sweepAfter(2_000)).toMatchObject([{ kind: "closed" }]);
});

test("a Pause that comes to its server after everything was opened is opened by the sweep", () => {
  const late = withOne({ kind: "refused" }).map((one, index) =>
    index === 1 ? { ...one, travelMs: 20_000 } : one,
  );
  const { world } = withCassy({ instances: late });
  expect(world.closed.size).toBe(0);
  world.sweepAfter(0);
  const [swept] = world.sweepAfter(20_000);
  expect(swept).toMatchObject({ kind: "unsettled", unpaused: [SECOND] });
  expect(world.closed.size).toBe(0);
});

test("a Cassy that is killed inside its pause leaves everything to be opened at once", () => {
  const taken = withCassy({ diesAfterMs: 500 });
  expect(reasonsOf(taken)).toContain("nobody knows whether a snapshot was taken, or when");
  expect(unpaused(taken)).toEqual([FIRST, SECOND, THIRD]);
  expect(taken.world.closed.size).toBe(0);
  expect(taken.world.pause?.state).toBe("unsettled");
});

test("a Cassy that hangs with everybody paused holds them no longer than the deadline", () => {
  const { world, result } = withCassy({ snapshotMs: 300_000 });
  expect(world.closed.size).toBe(0);
  expect(world.oursMs).toBeLessThan(world.pause?.deadlineMs ?? 0);
  expect(result.verdict.kind).toBe("invalid");
});

test("a Cassy that pauses as the deadline passes, after everything was seen open, is opened by the sweep", () => {
  const { world } = withCassy({ pausesAfterMs: 32_000, snapshotMs: 300_000 });
  expect(world.everPaused.size + world.closed.size).toBe(0);
  world.sweepAfter(1_000);
  world.sweepAfter(10_000);
  expect(world.history.filter(({ closes }) => closes)).toHaveLength(3);
  expect(world.closed.size).toBe(0);
  expect(world.pause?.state).toBe("unsettled");
});

test("an interruption opens what is shut at once, and leaves all of it under the sweep", () => {
  const taken = withCassy({ snapshotMs: 20_000 }, (world) => {
    world.onQuestion = (its) => {
      its.interrupted ||= its.closed.size === 3;
    };
  });
  expect(taken.result.failure?.code).toBe("INTERRUPTED");
  expect(unpaused(taken)).toEqual([FIRST, SECOND, THIRD]);
  expect(taken.world.pause?.state).toBe("unsettled");
  expect(taken.world.points).toEqual([]);
});

test("an instance that Cassy does not know is named, and nothing is sent to it", () => {
  const taken = withCassy({ instances: withOne({ kind: "absent" }) });
  expect(reasonsOf(taken)).toBe(`"${FIRST}" was not seen paused`);
  expect(unpaused(taken)).toEqual([]);
});

test.each([
  ["open between two times that it was closed", 300, `"${SECOND}" was open in between`],
  ["open long before the others", undefined, `"${SECOND}" was open 2`],
])("an instance that was %s makes the window invalid", (_, again, reason) => {
  const taken = withCassy({ snapshotMs: 2_000 }, (world) => {
    let done = false;
    world.onQuestion = (its) => {
      if (done || its.closed.size < 3) return;
      done = true;
      its.set(SECOND, false, its.oursMs + 10);
      if (again !== undefined) its.set(SECOND, true, its.oursMs + again);
    };
  });
  expect(reasonsOf(taken)).toContain(reason);
  expect(taken.world.points).toEqual([]);
});

test("an instance that somebody else pauses after Cassy had opened it is left alone", () => {
  const taken = take((effect, world) => {
    if (effect.kind === "check-gates" && world.count("observe-snapshot") === 1) world.closed.add(FIRST);
    return undefined;
  });
  expect(unpaused(taken)).toEqual([]);
  expect(taken.world.closed).toEqual(new Set([FIRST]));
});

test("what was paused before Cassy was asked is left alone, and nothing stays under the sweep", () => {
  const taken = take((effect, world) => {
    if (effect.kind !== "is-pause-open") return undefined;
    world.closed.add(FIRST);
    (world as ObservedWorld).pauseOpen = false;
    return undefined;
  });
  expect(reasonsOf(taken)).toContain("a sweep had ended it");
  expect(unpaused(taken)).toEqual([]);
  expect(taken.world.count("observe-snapshot")).toBe(0);
  expect(taken.world.pause?.state).toBe("closed");
});

test.each([
  ["an instance that does not say whether it is paused", (world: ObservedWorld) => world.silent.add(THIRD)],
  ["a table that is created again", (world: ObservedWorld) => (world.identity = ["table-1 id-2"])],
  ["an instance that appears", (world: ObservedWorld) => grow(world)],
  ["a step of our own clock", (world: ObservedWorld) => (world.wallStepMs = 5_000)],
])("%s during Cassy's pause makes the window invalid", (_, disturb) => {
  const taken = take((effect, world) => {
    if (effect.kind === "observe-snapshot") disturb(world as ObservedWorld);
    return undefined;
  });
  expect(taken.result.verdict.kind).toBe("invalid");
  expect(taken.world.points).toEqual([]);
});

function grow(world: ObservedWorld): void {
  const extra = { component: "ledger", host: "10.0.0.4", port: 50053 };
  world.discovery = { ...world.discovery, instances: [...INSTANCES, extra] };
}

test("a pause into which Cassy came is not seen for Cassy's own: whoever made it may end it at any moment", () => {
  const taken = take((effect, world) => {
    if (effect.kind === "observe-snapshot") (world as ObservedWorld).set(FIRST, true, world.oursMs);
  });
  expect(reasonsOf(taken)).toBe(`"${FIRST}" was paused before Cassy was asked`);
  expect(taken.world.points).toEqual([]);
});

test("the record tells a sweep that a server drains for half a minute where Cassy names no limit", () => {
  const { pause } = take().world;
  expect(pause && apartMs(pause)).toBe(31_000);
});

const pausing = fc.record({
  kind: fc.constantFrom<Pausing["kind"]>("reached", "reached", "reached", "reached", "absent", "refused"),
  travelMs: fc.constantFrom(0, 5, 40, 900, 28_000),
  drainMs: fc.constantFrom(0, 100, 3_000, 29_000, 40_000),
  unpause: fc.constantFrom<Pausing["unpause"]>("reached", "reached", "reached", "lost"),
});
const script = fc.record(
  {
    pausesAfterMs: fc.constantFrom(0, 200, 5_000, 26_000),
    instances: fc.tuple(pausing, pausing, pausing),
    snapshotMs: fc.constantFrom(0, 400, 20_000, 120_000),
    answersAfterMs: fc.constantFrom(0, 150, 60_000),
    diesAfterMs: fc.integer({ min: 1, max: 40_000 }),
  },
  { requiredKeys: ["pausesAfterMs", "instances", "snapshotMs", "answersAfterMs"] },
);
const fault = fc.record({
  kind: fc.constantFrom(
    "check-gates",
    "discover",
    "now",
    "capture",
    "close-pause",
    "record-verdict",
    "record-point",
  ),
  nth: fc.integer({ min: 1, max: 6 }),
  code: fc.constant<ErrorCode>("INTERNAL"),
});

const disturbance = fc.record(
  {
    /** Of our process: when it asks for this effect, or at this question to the gates. */
    diesAt: fc.integer({ min: 1, max: 30 }),
    diesAtQuestion: fc.integer({ min: 1, max: 40 }),
    fails: fault,
  },
  { requiredKeys: [] },
);
type Disturbance = typeof disturbance extends fc.Arbitrary<infer D> ? D : never;

/** Runs a backup as far as it gets. */
function disturbed(itsScript: CassyScript, { diesAt, diesAtQuestion, fails }: Disturbance) {
  let isOver = false;
  const world = new ObservedWorld((effect, its) => {
    if (isOver) return undefined;
    if (diesAt !== undefined) dyingAt(diesAt)(effect, its);
    return fails && failing(fails.kind, fails.nth, fails.code)(effect, its);
  });
  let questions = 0;
  world.script = itsScript;
  world.onQuestion = () => {
    if (++questions === diesAtQuestion) throw new Death();
  };
  const end = attempt(() => drive(backup(OBSERVED), world.answer));
  isOver = true;
  return { world, end };
}

function attempt<T>(work: () => T): { readonly result: T } | { readonly died: boolean } {
  try {
    return { result: work() };
  } catch (error) {
    return { died: error instanceof Death };
  }
}

test("whatever Cassy does, and wherever our process dies, all is open by the deadline and one sweep, and stays so", () => {
  const seen = { died: 0, refused: 0, observed: 0, invalid: 0, valid: 0 };
  fc.assert(
    fc.property(fc.oneof(fc.constant(HEALTHY), script), disturbance, (itsScript, itsDisturbance) => {
      const { world, end } = disturbed(itsScript, itsDisturbance);
      if ("result" in end) seen[end.result.verdict.kind]++;
      else seen[end.died ? "died" : "refused"]++;
      expect(world.points.length).toBeLessThanOrEqual("result" in end && !end.result.point ? 0 : 1);
      for (const { window = { startMs: 0, endMs: 0 } } of world.points)
        for (const each of INSTANCES) expect(world.wasClosed(addressOf(each), window)).toBe(true);
      const { pause } = world;
      if (pause === undefined) expect(world.history).toEqual([]);
      if (pause === undefined) return;
      world.sweepAfter(Math.max(0, pause.deadlineMs - world.oursMs) + 1);
      if (world.pause?.state !== "closed") expect([...world.closed]).toEqual([]);
      for (let round = 0; round < 20; round++) world.sweepAfter(SWEEP_EVERY_MS);
      expect(world.pause?.state).toBe("closed");
      expect(world.isQuiet).toBe(true);
      expect([...world.closed]).toEqual([]);
    }),
    { numRuns: 3_000 },
  );
  const { valid, ...others } = seen;
  expect(valid).toBe(0);
  for (const many of Object.values(others)) expect(many).toBeGreaterThan(30);
});
