import { expect, test } from "vitest";
import { backup } from "../../shared/backup/backup.ts";
import { addressOf } from "../../shared/pause/instance.ts";
import { Death, drive } from "../workflow/drive.ts";
import { dyingAt, failing, INPUT, INSTANCES, type Mischief, SmallWorld } from "./small-world.ts";

function take(mischief?: Mischief, prepare?: (world: SmallWorld) => void) {
  const world = new SmallWorld(mischief);
  prepare?.(world);
  return { world, result: drive(backup(INPUT), world.answer) };
}

function reasonsOf({ result }: ReturnType<typeof take>): readonly string[] {
  return result.verdict.kind === "invalid" ? result.verdict.reasons : [];
}

test("an undisturbed backup records a second that lies inside the window on the database's clock", () => {
  const { world, result } = take();
  expect(result.verdict).toEqual({ kind: "valid" });
  const { startMs, endMs } = result.window ?? { startMs: 0, endMs: 0 };
  const [database] = world.points[0]?.databases ?? [];
  const atMs = (database?.atSecond ?? 0) * 1000;
  expect(startMs + world.databaseOffsetMs).toBeLessThanOrEqual(atMs);
  expect(atMs + 1000).toBeLessThanOrEqual(endMs + world.databaseOffsetMs);
  expect(world.points).toHaveLength(1);
  expect(world.closed.size).toBe(0);
  expect(world.leaseHolder).toBeUndefined();
  expect(world.pause?.state).toBe("closed");
});

test("hold auto keeps the instances no longer than a whole second and the clock bounds need", () => {
  const { result } = take();
  const { startMs, endMs } = result.window ?? { startMs: 0, endMs: 0 };
  expect(endMs - startMs).toBeLessThan(1_800);
});

test("a fixed hold is kept at least that long", () => {
  const world = new SmallWorld();
  const result = drive(backup({ ...INPUT, pause: { ...INPUT.pause, holdMs: 7_000 } }), world.answer);
  const { startMs, endMs } = result.window ?? { startMs: 0, endMs: 0 };
  expect(endMs - startMs).toBeGreaterThanOrEqual(7_000);
  expect(result.verdict.kind).toBe("valid");
});

test("the pause is in the catalog, with its deadline, before the first Pause is sent", () => {
  const { world } = take();
  const kinds = world.effects.map(({ kind }) => kind);
  expect(kinds.indexOf("open-pause")).toBeGreaterThan(-1);
  expect(kinds.indexOf("open-pause")).toBeLessThan(kinds.indexOf("pause"));
});

test("whenever the process dies, every instance that may be paused is on an open record in the catalog", () => {
  const undisturbed = take().world.effects.length;
  for (let nth = 1; nth <= undisturbed; nth++) {
    const world = new SmallWorld(dyingAt(nth));
    expect(() => drive(backup(INPUT), world.answer)).toThrow(Death);
    const guarded = new Set(world.pause?.state === "closed" ? [] : world.pause?.instances.map(addressOf));
    for (const address of world.closed) expect(guarded).toContain(address);
  }
});

test.each(["pause", "check-gates", "probe-clock", "discover", "now", "sleep"])(
  "every instance is open again, and the verdict is invalid, when %s fails in the middle of a pause",
  (kind) => {
    const begun = (world: SmallWorld) => world.pause !== undefined;
    let failed = false;
    const mischief: Mischief = (effect, world) => {
      if (failed || !begun(world) || effect.kind !== kind) return undefined;
      failed = true;
      return failing(kind, world.count(kind), "INTERNAL")(effect, world);
    };
    const world = new SmallWorld(mischief);
    let verdict: string | undefined;
    try {
      verdict = drive(backup(INPUT), world.answer).verdict.kind;
    } catch {
      verdict = "refused";
    }
    expect(failed).toBe(true);
    expect(verdict).not.toBe("valid");
    expect(world.closed.size).toBe(0);
    expect(world.points).toEqual([]);
  },
);

test.each([
  "drain-timed-out",
  "held-by-another",
  "pause-in-progress",
  "opened-during-drain",
  "not-sent",
  "unknown",
] as const)("a pause that ends as %s on one instance is invalid, and the others are unpaused", (kind) => {
  const taken = take(undefined, (world) => {
    world.pauseOutcome = kind;
  });
  expect(reasonsOf(taken)[0]).toContain("10.0.0.1:50053");
  expect([...taken.world.closed]).toEqual([]);
  expect(taken.world.points).toEqual([]);
});

test.each(["drain-timed-out", "held-by-another", "pause-in-progress", "opened-during-drain"] as const)(
  "an instance whose pause ended as %s is never sent an Unpause, since its gate may be somebody else's",
  (kind) => {
    const { world } = take(undefined, (each) => {
      each.pauseOutcome = kind;
    });
    const unpaused = world.effects
      .filter((effect) => effect.kind === "unpause")
      .flatMap((effect) => (effect as unknown as { instances: typeof INSTANCES }).instances.map(addressOf));
    expect(unpaused).not.toContain("10.0.0.1:50053");
  },
);

test("a gate that is shut after a failed Pause is told, and left to whoever shut it", () => {
  const taken = take(
    (effect, world) => {
      if (effect.kind === "unpause") world.closed.add("10.0.0.1:50053");
      return undefined;
    },
    (world) => {
      world.pauseOutcome = "drain-timed-out";
    },
  );
  expect(reasonsOf(taken).join()).toContain('"10.0.0.1:50053" is paused, not by this backup');
  expect([...taken.world.closed]).toEqual(["10.0.0.1:50053"]);
});

test("a pause without an answer stays under the sweep, which looks for itself, though its instance was seen open", () => {
  const { world } = take(undefined, (each) => {
    each.pauseOutcome = "unknown";
  });
  expect(world.pause?.state).toBe("unsettled");
  expect(world.pause).toMatchObject({ unsettled: ["10.0.0.1:50053"], seenOpen: {} });
  expect(world.events.map(({ kind }) => kind)).not.toContain("unpaused");
});

test("an instance that answers Pause with OK and leaves its gate open makes the window invalid", () => {
  const taken = take((effect, world) => {
    if (effect.kind === "check-gates" && world.count("pause") === 1) world.closed.delete("10.0.0.2:50053");
    return undefined;
  });
  expect(reasonsOf(taken).join()).toContain("said that its gate was open right after its Pause");
});

test("a gate that somebody opened during the hold makes the window invalid", () => {
  const taken = take((effect, world) => {
    if (effect.kind === "sleep" && world.count("unpause") === 0) world.closed.delete("10.0.0.3:50053");
    return undefined;
  });
  expect(reasonsOf(taken).join()).toContain(
    '"10.0.0.3:50053" said that its gate was open just before the Unpause',
  );
});

test("an instance that appears during the pause makes the window invalid", () => {
  const taken = take((effect, world) => {
    if (effect.kind === "discover" && world.count("discover") === 2)
      world.discovery = {
        ...world.discovery,
        instances: [...INSTANCES, { component: "ledger", host: "10.0.0.4", port: 50053 }],
      };
    return undefined;
  });
  expect(reasonsOf(taken).join()).toContain('10.0.0.4:50053" had appeared');
});

test("a step of the database's clock makes the window invalid", () => {
  const taken = take((effect, world) => {
    if (effect.kind === "probe-clock" && world.count("probe-clock") === 2) world.databaseOffsetMs += 3_000;
    return undefined;
  });
  expect(taken.result.verdict.kind).toBe("invalid");
  expect(reasonsOf(taken).join()).toContain('the clock of database "main" was stepped or contradicts itself');
});

test("a step of our own clock makes the window invalid", () => {
  const taken = take((effect, world) => {
    if (effect.kind === "sleep" && world.pause !== undefined) world.wallStepMs = 4_000;
    return undefined;
  });
  expect(reasonsOf(taken).join()).toContain("our own clock jumped by 4000 ms");
});

test("a table that is created again while the backup runs makes the window invalid", () => {
  const taken = take((effect, world) => {
    if (effect.kind === "capture" && world.count("capture") === 2) world.identity = ["table-1 id-2"];
    return undefined;
  });
  expect(reasonsOf(taken).join()).toContain("changed while the backup was taken");
});

test("a mark that a sweep left on the record makes the window invalid", () => {
  const taken = take(undefined, (world) => {
    world.markedBy = "sweep-7";
  });
  expect(reasonsOf(taken).join()).toContain("sweep-7 had marked this pause");
  expect(taken.world.points).toEqual([]);
});

test.each([
  ["close-pause", "the catalog did not take the end of the pause"],
  ["record-verdict", "the catalog did not take the verdict"],
])("a catalog that does not take %s makes the window invalid, with the instances open", (kind, reason) => {
  const taken = take(failing(kind, 1, "CATALOG_UNREADABLE"));
  expect(reasonsOf(taken).join()).toContain(reason);
  expect(taken.world.closed.size).toBe(0);
  expect(taken.world.points).toEqual([]);
});

test("a backup whose judgement takes longer than its deadline is valid: its record was closed before", () => {
  const { world, result } = take((effect, each) => {
    if (effect.kind === "capture" && each.count("capture") === 2) each.oursMs += 60_000;
    return undefined;
  });
  expect(result.verdict).toEqual({ kind: "valid" });
  expect(world.pause).toMatchObject({ state: "closed", verdict: { kind: "valid" } });
});

test("an instance that does not open by the deadline is named, and its record stays unsettled", () => {
  const { world, result } = take((effect, each) => {
    if (effect.kind === "unpause") each.silent.add("10.0.0.2:50053");
    return undefined;
  });
  expect(result.stillPaused.map(addressOf)).toEqual(["10.0.0.2:50053"]);
  expect(world.pause?.state).toBe("unsettled");
  expect(world.pause?.unsettled).toEqual(["10.0.0.2:50053"]);
});

test("an interrupt during the hold unpauses first, and the backup says that it was interrupted", () => {
  const { world, result } = take((effect, each) => {
    if (effect.kind === "sleep" && each.pause !== undefined) each.interrupted = true;
    return undefined;
  });
  expect(result.failure?.code).toBe("INTERRUPTED");
  expect(world.closed.size).toBe(0);
});

test("where no whole second can fit before the deadline, the instances are let go at once", () => {
  const world = new SmallWorld();
  const pause = { ...INPUT.pause, longestMs: 4_100, rpcDeadlineMs: 1_000 };
  const result = drive(backup({ ...INPUT, pause }), world.answer);
  expect(result.verdict.kind).toBe("invalid");
  expect(result.heldMs).toBeLessThan(2_000);
});

test("a backup whose record was swept before its first Pause sends none, and unpauses nothing", () => {
  const { world, result } = take(undefined, (each) => {
    each.pauseOpen = false;
  });
  expect(result.failure?.code).toBe("PREPARATION_TIMED_OUT");
  expect(world.count("pause") + world.count("unpause")).toBe(0);
  expect(world.pause?.state).toBe("closed");
});

test("a backup that stood still until its deadline was near sends no Pause", () => {
  const { world, result } = take((effect, each) => {
    if (effect.kind === "open-pause") each.oursMs += 25_000;
    return undefined;
  });
  expect(result.verdict.kind).toBe("invalid");
  expect(world.everPaused.size).toBe(0);
});

test("a database that lost its recovery history during the backup makes the window invalid", () => {
  const taken = take((effect, each) => {
    if (effect.kind === "capture" && each.count("capture") === 2) each.coveredFromSecond = each.oursMs / 1000;
    return undefined;
  });
  expect(reasonsOf(taken).join()).toContain("can no longer be restored to the second");
});

test("a restore point that the catalog does not take is no restore point", () => {
  const { world, result } = take(failing("record-point", 1, "CATALOG_UNREADABLE"));
  expect(result.verdict.kind).toBe("invalid");
  expect(result.point).toBeUndefined();
  expect(world.closed.size).toBe(0);
});

test("a fixed hold that does not fit before the deadline is a reason, not cut short in silence", () => {
  const world = new SmallWorld();
  const result = drive(backup({ ...INPUT, pause: { ...INPUT.pause, holdMs: 60_000 } }), world.answer);
  expect(result.verdict).toMatchObject({ kind: "invalid" });
  expect(world.closed.size).toBe(0);
});

test("a record that a waking backup puts back just before the first Pause stops it too", () => {
  const { world, result } = take((effect, each) => {
    if (effect.kind === "open-pause") each.unsettledPauses = ["pause-0"];
    return undefined;
  });
  expect(result.failure?.code).toBe("PAUSE_UNSETTLED");
  expect(world.count("pause") + world.count("unpause")).toBe(0);
});

test("what another backup holds by now is left alone, and goes back under the sweep", () => {
  const { world, result } = take((effect, each) => {
    if (effect.kind === "pause") each.heldByOthers = ["10.0.0.2:50053"];
    return undefined;
  });
  expect(reasonsOf({ world, result }).join()).toContain('"10.0.0.2:50053" is held by another pause by now');
  expect([...world.closed]).toEqual(["10.0.0.2:50053"]);
  expect(result.leftAlone.map(addressOf)).toEqual(["10.0.0.2:50053"]);
  expect(world.events.map(({ kind }) => kind)).not.toContain("unpaused");
  expect(world.pause).toMatchObject({ state: "unsettled", unsettled: ["10.0.0.2:50053"] });
});

test("a database that cannot be looked at again after the window makes it invalid", () => {
  const taken = take(failing("capture", 2, "DATABASE_UNREACHABLE"));
  expect(reasonsOf(taken).join()).toContain("the evidence could not be completed");
  expect(taken.world.points).toEqual([]);
});

test("a Pause that fails after it reached the instances leaves none of them paused", () => {
  const { world, result } = take((effect, each) => {
    if (effect.kind !== "pause") return undefined;
    for (const instance of INSTANCES) each.closed.add(addressOf(instance));
    throw new Error("the adapter has failed, as the test wants it");
  });
  expect(result.verdict.kind).toBe("invalid");
  expect(world.closed.size).toBe(0);
  expect(world.pause).toMatchObject({ state: "unsettled", unsettled: INSTANCES.map(addressOf) });
});

test("a Pause is waited for longer than the server may drain, and never after the deadline less what unpausing takes", () => {
  const { world } = take();
  const { drainWaitMs, rpcDeadlineMs } = INPUT.pause;
  const pause = world.effects.find(({ kind }) => kind === "pause");
  expect(pause).toMatchObject({ drainWaitMs, deadlineMs: drainWaitMs + rpcDeadlineMs });
});

test("measuring while the instances are held ends in time to let them go before the deadline", () => {
  const longestMs = INPUT.pause.drainWaitMs + 3 * INPUT.pause.rpcDeadlineMs + 1_000;
  const world = new SmallWorld();
  const budgets: number[] = [];
  drive(backup({ ...INPUT, pause: { ...INPUT.pause, longestMs } }), (effect) => {
    const { kind, budgetMs } = effect as { kind: string; budgetMs?: number };
    const leftMs = (world.pause?.deadlineMs ?? Number.NaN) - world.oursMs;
    if (kind === "probe-clock" && world.closed.size > 0)
      budgets.push(leftMs - (budgetMs ?? 0) - 3 * INPUT.pause.rpcDeadlineMs);
    return world.answer(effect);
  });
  expect(budgets.length).toBeGreaterThan(0);
  for (const spareMs of budgets) expect(spareMs).toBeGreaterThanOrEqual(0);
});

test("an instance that stays shut is unpaused again and again, with longer waits, until the deadline and not after", () => {
  const { world, result } = take((effect, each) => {
    if (effect.kind === "unpause") each.silent.add("10.0.0.2:50053");
    return undefined;
  });
  expect(result.stillPaused).toHaveLength(1);
  expect(world.count("unpause")).toBeGreaterThan(5);
  const endMs = world.effects.length > 0 ? world.oursMs : Number.NaN;
  expect(endMs).toBeLessThanOrEqual((world.pause?.deadlineMs ?? 0) + INPUT.pause.rpcDeadlineMs);
});
