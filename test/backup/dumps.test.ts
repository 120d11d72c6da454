import { expect, test } from "vitest";
import { backup } from "../../shared/backup/backup.ts";
import type { BackupInput } from "../../shared/backup/backup-input.ts";
import { addressOf } from "../../shared/pause/instance.ts";
import type { Effect } from "../../shared/workflow/effect.ts";
import { Death, drive } from "../workflow/drive.ts";
import { DumpingWorld, ONE, TWO } from "./dumping-world.ts";
import { dyingAt, failing, INPUT, type Mischief } from "./small-world.ts";

function take(input: BackupInput, mischief?: Mischief, prepare?: (world: DumpingWorld) => void) {
  const world = new DumpingWorld(mischief);
  prepare?.(world);
  return { world, result: drive(backup(input), world.answer) };
}

function reasonsOf({ result }: ReturnType<typeof take>): string {
  return result.verdict.kind === "invalid" ? result.verdict.reasons.join("; ") : "";
}

test("one database that holds everything is dumped without anybody being paused", () => {
  const { world, result } = take(ONE);
  expect(world.everPaused.size).toBe(0);
  expect(world.pause).toBeUndefined();
  expect(result).toMatchObject({ verdict: { kind: "valid" }, heldMs: 0 });
  expect(result.pause).toBeUndefined();
  expect(world.points).toMatchObject([
    {
      basis: "snapshot",
      artifact: "complete",
      databases: [{ name: "main", kind: "jdbc", captured: { dumpOf: "main" } }],
    },
  ]);
  expect(world.leaseHolder).toBeUndefined();
});

test("the point is of the second of the snapshot, on the database's clock", () => {
  const { world } = take(ONE, undefined, (its) => {
    its.databaseOffsetMs = 3_600_000;
  });
  const [{ atSecond, clockBound } = { atSecond: 0, clockBound: undefined }] =
    world.points[0]?.databases ?? [];
  expect(atSecond * 1000).toBeGreaterThan(world.oursMs + 3_590_000);
  expect(clockBound?.lowMs).toBeGreaterThan(3_590_000);
});

test("the point of a tool that knows no time of its database is of the second on that clock all the same", () => {
  const world = new DumpingWorld();
  world.databaseOffsetMs = 3_600_000;
  const onOurClock = (effect: Effect) => {
    if (effect.kind !== "take-snapshots") return world.answer(effect);
    const begunMs = world.oursMs;
    world.oursMs += 3_000;
    return {
      main: { begunMs, takenMs: world.oursMs, atMs: begunMs + 1_500, captured: { snapshot: "node" } },
    };
  };
  const cluster: BackupInput = { ...INPUT, databases: [{ name: "main", kind: "cassandra" }] };
  const { window } = drive(backup(cluster), onOurClock);
  const second = (world.points[0]?.databases[0]?.atSecond ?? 0) * 1000;
  expect(second).toBeGreaterThan((window?.startMs ?? 0) + 3_600_000);
  expect(second).toBeLessThan((window?.endMs ?? 0) + 3_600_000);
});

test("a snapshot is taken though nobody knows where the instances are", () => {
  const { world, result } = take(ONE, failing("discover", 1, "INSTANCES_NOT_FOUND"));
  expect(result.point?.artifact).toBe("complete");
  expect(world.points[0]?.instances).toEqual([]);
});

test("several databases are dumped as of one pause, which ends before the dumps do", () => {
  const { world, result } = take(TWO);
  expect(result.verdict).toEqual({ kind: "valid" });
  expect(world.pausedMeanwhile).toBe(true);
  expect(world.closed.size).toBe(0);
  const kinds = world.effects.map(({ kind }) => kind);
  expect(kinds.indexOf("unpause")).toBeGreaterThan(kinds.indexOf("take-snapshots"));
  expect(kinds.indexOf("finish-dumps")).toBeGreaterThan(kinds.lastIndexOf("unpause"));
  expect(kinds.indexOf("finish-dumps")).toBeGreaterThan(kinds.indexOf("record-point"));
  expect(world.points).toMatchObject([{ basis: "window", artifact: "complete" }]);
  const { startMs, endMs } = result.window ?? { startMs: 0, endMs: 0 };
  expect(endMs - startMs).toBeLessThan(500);
  expect(world.points[0]?.marginMs).toBeGreaterThanOrEqual(0);
});

test("a snapshot that was begun before the window makes it invalid, and no dump is kept", () => {
  const taken = take(TWO, undefined, (world) => {
    world.begunAfterMs = -5_000;
  });
  expect(reasonsOf(taken)).toContain('the snapshot of database "ledger" was not taken inside the window');
  expect(taken.world.points).toEqual([]);
  expect(taken.world.dumping.size).toBe(0);
  expect(taken.world.closed.size).toBe(0);
});

test("a snapshot that was not seen to be taken makes the window invalid", () => {
  const taken = take(TWO, (effect, world) => {
    // The gates were asked again before the second snapshot was seen.
    if (effect.kind === "take-snapshots") (world as DumpingWorld).takenAfterMs = 40;
    if (effect.kind === "check-gates" && world.count("take-snapshots") === 1) world.oursMs -= 35;
    return undefined;
  });
  expect(reasonsOf(taken)).toContain("was not taken inside the window");
});

test("a snapshot that fails lets everybody go at once", () => {
  const taken = take(TWO, failing("take-snapshots", 1, "DUMP_FAILED"));
  expect(reasonsOf(taken)).toContain('"take-snapshots" failed');
  expect(taken.world.closed.size).toBe(0);
  expect(taken.world.points).toEqual([]);
  expect(taken.result.stillPaused).toEqual([]);
});

test("dumps are ended where the point could not be recorded", () => {
  for (const input of [ONE, TWO]) {
    const world = new DumpingWorld(failing("record-point", 1, "CATALOG_UNREADABLE"));
    try {
      drive(backup(input), world.answer);
    } catch {
      // A backup without a pause has no verdict to put it in.
    }
    expect(world.dumping.size).toBe(0);
    expect(world.leaseHolder).toBeUndefined();
  }
});

test("a dump that fails leaves a point that says so, and everybody open", () => {
  for (const input of [ONE, TWO]) {
    const { world, result } = take(input, undefined, (its) => {
      its.dumpFailure = "the tool ended with status 1";
    });
    expect(result.point).toMatchObject({ artifact: "failed", because: "the tool ended with status 1" });
    expect(world.closed.size).toBe(0);
    expect(world.leaseHolder).toBeUndefined();
  }
});

test("whenever the process dies, every instance that may be paused is on an open record, and no point is complete", () => {
  const undisturbed = take(TWO).world.effects.length;
  for (let nth = 1; nth <= undisturbed; nth++) {
    const world = new DumpingWorld(dyingAt(nth));
    expect(() => drive(backup(TWO), world.answer)).toThrow(Death);
    const guarded = new Set(world.pause?.state === "closed" ? [] : world.pause?.instances.map(addressOf));
    for (const address of world.closed) expect(guarded).toContain(address);
    const finished = world.effects.slice(0, -1).some(({ kind }) => kind === "finish-dumps");
    if (!finished) expect(world.points.map(({ artifact }) => artifact)).not.toContain("complete");
  }
});

test("a dump without a pause is refused before anything is begun where it would be worthless", () => {
  const world = new DumpingWorld();
  world.problems = ['table "scalar.asset" is of engine MyISAM'];
  expect(() => drive(backup(ONE), world.answer)).toThrow(/MyISAM/);
  expect(world.count("take-snapshots")).toBe(0);
  expect(world.leaseHolder).toBeUndefined();
});

test("of several databases one has to hold the coordinator's table, and one is enough", () => {
  const { world, result } = take(TWO, undefined, (each) => each.uncoordinated.add("ledger"));
  expect(result).toMatchObject({ verdict: { kind: "valid" } });
  expect(world.points).toHaveLength(1);
  const without = new DumpingWorld();
  for (const name of ["ledger", "coordinator"]) without.uncoordinated.add(name);
  expect(() => drive(backup(TWO), without.answer)).toThrow(
    /coordinator's table is in none .*"ledger", "coordinator"/,
  );
  expect(without.count("pause") + without.count("take-snapshots")).toBe(0);
});
