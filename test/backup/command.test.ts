import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { backup } from "../../shared/backup/backup.ts";
import type { BackupInput } from "../../shared/backup/backup-input.ts";
import type { CommandRecord } from "../../shared/catalog/model.ts";
import { backupFailure } from "../../shared/deployment/backup-failure.ts";
import { StillpointError } from "../../shared/errors/stillpoint-error.ts";
import { addressOf } from "../../shared/pause/instance.ts";
import type { Effect } from "../../shared/workflow/effect.ts";
import { Death, drive } from "../workflow/drive.ts";
import { DumpingWorld } from "./dumping-world.ts";
import { dyingAt, INPUT, INSTANCES, type Mischief, SmallWorld } from "./small-world.ts";

const COMMAND = "copy-everything";
const NOTHING: BackupInput = { ...INPUT, databases: [], command: COMMAND };
const INPUTS = {
  nothing: NOTHING,
  dynamodb: { ...INPUT, command: COMMAND },
  dumps: { ...INPUT, databases: [{ name: "main", kind: "jdbc" }], command: COMMAND },
} as const satisfies Record<string, BackupInput>;
type Beside = keyof typeof INPUTS;

function worldOf(beside: Beside, mischief?: Mischief): SmallWorld {
  return beside === "dumps" ? new DumpingWorld(mischief) : new SmallWorld(mischief);
}

function take(
  beside: Beside = "nothing",
  { end, tookMs = 300 }: { readonly end?: CommandRecord["end"]; readonly tookMs?: number } = {},
  mischief?: Mischief,
) {
  const world = worldOf(beside, mischief);
  world.command = { end: end ?? { kind: "exited", status: 0 }, tookMs };
  return { world, result: drive(backup(INPUTS[beside]), world.answer) };
}

describe.each(Object.keys(INPUTS) as Beside[])("a command beside %s", (beside) => {
  test("runs once, while every instance is shut, and its point says what ran", () => {
    const shut: boolean[] = [];
    const { world, result } = take(beside, {}, (effect, each) => {
      if (effect.kind === "run-command") shut.push(each.closed.size === INSTANCES.length);
      return undefined;
    });
    expect(shut).toEqual([true]);
    expect(result.verdict).toEqual({ kind: "valid" });
    expect(world.points).toHaveLength(1);
    const [point] = world.points;
    const { startMs, endMs } = point?.window ?? { startMs: 0, endMs: 0 };
    expect(point?.command).toMatchObject({ command: COMMAND, end: { kind: "exited", status: 0 } });
    expect(point?.command?.startedMs).toBeGreaterThanOrEqual(startMs);
    expect(point?.command?.endedMs).toBeLessThanOrEqual(endMs);
    expect(world.pause?.command).toEqual(point?.command);
    expect(point?.databases.map(({ name }) => name)).toEqual(beside === "nothing" ? [] : ["main"]);
    expect(point?.basis).toBe("window");
  });

  test("that fails lets go at once, measures nothing any more, and keeps nothing", () => {
    const { world, result } = take(beside, { end: { kind: "exited", status: 3 } });
    expect(result.verdict).toEqual({ kind: "invalid", reasons: ["the command ended with status 3"] });
    expect(world.closed.size).toBe(0);
    expect(world.points).toEqual([]);
    expect(world.pause).toMatchObject({ state: "closed", command: { end: { status: 3 } } });
    expect(backupFailure("payments", result)?.code).toBe("COMMAND_FAILED");
    if (world instanceof DumpingWorld) expect(world.dumping.size).toBe(0);
  });

  test("that takes for ever is given what the longest pause leaves after the unpause, and no more", () => {
    const limits: number[] = [];
    const { world, result } = take(beside, { tookMs: Number.POSITIVE_INFINITY }, (effect, each) => {
      if (effect.kind === "run-command")
        limits.push(
          (each.pause?.deadlineMs ?? 0) - each.oursMs - (effect as Effect & { withinMs: number }).withinMs,
        );
      return undefined;
    });
    expect(limits).toHaveLength(1);
    for (const leftMs of limits) expect(leftMs).toBeGreaterThanOrEqual(3 * INPUT.pause.rpcDeadlineMs - 3);
    expect(world.closed.size).toBe(0);
    expect(world.oursMs).toBeLessThanOrEqual(world.pause?.deadlineMs ?? 0);
    expect(result.verdict).toMatchObject({
      kind: "invalid",
      reasons: [expect.stringMatching(/had not ended within [\d.]+ s/)],
    });
    expect(backupFailure("payments", result)?.code).toBe("COMMAND_FAILED");
  });

  test("is not run where not every instance could be paused", () => {
    const world = worldOf(beside);
    world.pauseOutcome = "drain-timed-out";
    const result = drive(backup(INPUTS[beside]), world.answer);
    expect(world.count("run-command")).toBe(0);
    expect(backupFailure("payments", result)?.code).toBe("WINDOW_INVALID");
    expect(world.closed.size).toBe(0);
  });

  test("whenever the process dies, what may be paused is on an open record, and no point is there too early", () => {
    const undisturbed = take(beside).world.effects;
    expect(undisturbed.map(({ kind }) => kind)).toContain("run-command");
    for (let nth = 1; nth <= undisturbed.length; nth++) {
      const world = worldOf(beside, dyingAt(nth));
      expect(() => drive(backup(INPUTS[beside]), world.answer)).toThrow(Death);
      const guarded = new Set(world.pause?.state === "closed" ? [] : world.pause?.instances.map(addressOf));
      for (const address of world.closed) expect(guarded).toContain(address);
      if (world.points.length > 0)
        expect(world.pause).toMatchObject({ state: "closed", verdict: { kind: "valid" } });
    }
  });
});

test("an interrupted command is an interruption of the backup", () => {
  const { world, result } = take("nothing", { end: { kind: "interrupted" } });
  expect(backupFailure("payments", result)?.code).toBe("INTERRUPTED");
  expect(result.command).toMatchObject({ end: { kind: "interrupted" } });
  expect(world.pause).toMatchObject({ command: { end: { kind: "interrupted" } } });
  expect(world.closed.size).toBe(0);
});

test("an instance that opens while the command runs makes all that it left worthless", () => {
  const { world, result } = take("nothing", {}, (effect, each) => {
    if (effect.kind === "run-command") each.closed.delete("10.0.0.2:50053");
    return undefined;
  });
  expect(world.points).toEqual([]);
  expect(backupFailure("payments", result)).toMatchObject({
    code: "WINDOW_INVALID",
    message: expect.stringContaining("must not be used, nor what the command has left: "),
  });
});

test("an instance that does not open is told before the command that failed", () => {
  const { result } = take("nothing", { end: { kind: "killed", signal: "SIGSEGV" } }, (effect, each) => {
    if (effect.kind === "unpause") each.silent.add("10.0.0.2:50053");
    return undefined;
  });
  expect(backupFailure("payments", result)?.code).toBe("STILL_PAUSED");
});

const END = fc.oneof(
  fc.record({ kind: fc.constant("exited" as const), status: fc.oneof(fc.constant(0), fc.nat(255)) }),
  fc.constant({ kind: "killed" as const, signal: "SIGKILL" }),
  fc.constant({ kind: "interrupted" as const }),
  fc.constant({ kind: "not-started" as const, message: "spawn /bin/sh E2BIG" }),
);

/** What may go wrong beside the command, at any effect but the Unpause, which answers whatever happens. */
const ACCIDENTS = {
  none: () => {},
  fails: ({ kind }) => {
    if (kind !== "unpause") throw new StillpointError("INTERNAL", `"${kind}" failed, as the test wants it`);
  },
  "is opened by somebody": (_, world) => world.closed.delete("10.0.0.3:50053"),
  "comes as an interruption": (_, world) => {
    world.interrupted = true;
  },
  "takes long": (_, world) => {
    world.oursMs += 9_000;
  },
  "comes with a step of the clock": (_, world) => {
    world.wallStepMs += 5_000;
  },
  "is marked by a sweep": (_, world) => {
    world.markedBy = "sweep-1";
  },
} as const satisfies Record<string, (effect: Effect, world: SmallWorld) => unknown>;

test("whatever the command and the world do, all is open in the end, and a point rests on status 0 in a true window", () => {
  let points = 0;
  fc.assert(
    fc.property(
      fc.constantFrom(...(Object.keys(INPUTS) as Beside[])),
      fc.record({ end: END, tookMs: fc.oneof(fc.nat(2_000), fc.nat(60_000)) }),
      fc.constantFrom(...(Object.keys(ACCIDENTS) as (keyof typeof ACCIDENTS)[])),
      fc.integer({ min: 1, max: 40 }),
      (beside, command, accident, nth) => {
        let shutMeanwhile = false;
        const mischief: Mischief = (effect, world) => {
          if (effect.kind === "run-command") shutMeanwhile = world.closed.size === INSTANCES.length;
          const act: (effect: Effect, world: SmallWorld) => unknown = ACCIDENTS[accident];
          if (world.effects.length === nth) act(effect, world);
          return undefined;
        };
        const world = worldOf(beside, mischief);
        world.command = command;
        let failed: unknown;
        try {
          failed = backupFailure("payments", drive(backup(INPUTS[beside]), world.answer));
        } catch (error) {
          failed = error;
        }
        expect([...world.closed]).toEqual([]);
        const [point] = world.points;
        points += world.points.length;
        if (point === undefined) {
          expect(failed).toBeDefined();
          return;
        }
        const { startMs, endMs } = point.window ?? { startMs: 1, endMs: 0 };
        expect(point.command?.end).toEqual({ kind: "exited", status: 0 });
        expect(shutMeanwhile).toBe(true);
        expect(point.command?.startedMs).toBeGreaterThanOrEqual(startMs);
        expect(point.command?.endedMs).toBeLessThanOrEqual(endMs);
        expect(endMs).toBeLessThanOrEqual(world.pause?.deadlineMs ?? 0);
      },
    ),
    { numRuns: 3_000 },
  );
  expect(points).toBeGreaterThan(100);
});
