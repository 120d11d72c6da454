import * as fc from "fast-check";
import { expect, test } from "vitest";
import { sweepPauses, unpauseAll } from "../../shared/deployment/sweep-pauses.ts";
import { StillpointError } from "../../shared/errors/stillpoint-error.ts";
import type { Instance } from "../../shared/pause/instance.ts";
import { APART_MS, address, DEADLINE_MS, instance, SweepWorld } from "./sweep-world.ts";

test("a pause that is not due is left alone", async () => {
  const world = new SweepWorld();
  await world.pause("p", [1, 2]);
  world.nowMs += DEADLINE_MS;
  expect(await sweepPauses(world.open)).toEqual([expect.objectContaining({ kind: "not-due", pause: "p" })]);
  expect(world.unpaused).toEqual([]);
  expect((await world.record("p")).state).toBe("open");
});

test("an overdue pause is marked before its first Unpause, and then unpaused", async () => {
  const world = new SweepWorld();
  await world.pause("p", [1, 2]);
  world.nowMs += DEADLINE_MS + 1;
  const marks: (string | undefined)[] = [];
  world.onUnpause = async () => {
    const { state, markedBy } = await world.record("p");
    marks.push(state === "swept" ? markedBy : undefined);
  };
  const [swept] = await sweepPauses(world.open);
  expect(marks).toEqual([expect.stringMatching(/^sweep of /), expect.stringMatching(/^sweep of /)]);
  expect(swept).toMatchObject({ kind: "unsettled", stillPaused: [], unpaused: [address(1), address(2)] });
  expect([...world.gates.values()]).toEqual(["open", "open", "open"]);
});

test("a record is settled when its gates were seen open twice, a drain wait and an RPC deadline apart", async () => {
  const world = new SweepWorld();
  await world.pause("p", [1]);
  world.nowMs += DEADLINE_MS + 1;
  await sweepPauses(world.open);
  world.nowMs += APART_MS - 1;
  expect(await sweepPauses(world.open)).toMatchObject([{ kind: "unsettled", waiting: [address(1)] }]);
  world.nowMs += 1;
  expect(await sweepPauses(world.open)).toMatchObject([{ kind: "closed", unpaused: [] }]);
  expect(await world.record("p")).toMatchObject({ state: "closed", unsettled: [] });
  expect(await sweepPauses(world.open)).toEqual([]);
});

test("a gate that a late Pause closed after it was seen open is opened, and begins anew", async () => {
  const world = new SweepWorld();
  await world.pause("p", [1], { state: "unsettled" });
  world.set("open", 1);
  await sweepPauses(world.open);
  world.nowMs += APART_MS;
  world.set("closed", 1);
  expect(await sweepPauses(world.open)).toMatchObject([{ kind: "unsettled", unpaused: [address(1)] }]);
  expect(world.gates.get(address(1))).toBe("open");
  world.nowMs += APART_MS;
  expect(await sweepPauses(world.open)).toMatchObject([{ kind: "closed" }]);
});

test("an instance that is silent is unpaused again and again until it was seen open", async () => {
  const world = new SweepWorld();
  await world.pause("p", [1, 2]);
  world.set("silent", 2);
  world.nowMs += DEADLINE_MS + 1;
  for (let round = 0; round < 3; round++) {
    expect((await sweepPauses(world.open))[0]).toMatchObject({ stillPaused: [address(2)] });
    world.nowMs += APART_MS;
  }
  expect(world.unpaused.filter((at) => at === address(2))).toHaveLength(3);
  expect(await world.record("p")).toMatchObject({ state: "swept", unsettled: [address(2)] });
});

test("an instance that is gone took its pause with it", async () => {
  const world = new SweepWorld();
  await world.pause("p", [1]);
  world.set("gone", 1);
  world.nowMs += DEADLINE_MS + 1;
  await sweepPauses(world.open);
  world.nowMs += APART_MS;
  expect(await sweepPauses(world.open)).toMatchObject([{ kind: "closed" }]);
  expect(world.unpaused).toEqual([]);
});

test("an instance whose uid exists no more is off the record, and who answers at its address is left alone", async () => {
  const world = new SweepWorld();
  await world.pause("p", [1, 2]);
  world.lost.add(address(1));
  world.nowMs += DEADLINE_MS + 1;
  expect(await sweepPauses(world.open)).toMatchObject([{ gone: [address(1)], unpaused: [address(2)] }]);
  expect(world.gates.get(address(1))).toBe("closed");
  expect(await world.record("p")).toMatchObject({ unsettled: [address(2)] });
});

test("a backup that pauses between the sweep's look and its Unpause is left alone", async () => {
  const world = new SweepWorld();
  await world.pause("overdue", [1], { state: "unsettled" });
  world.onLook = async () => {
    world.onLook = async () => undefined;
    await world.pause("at-work", [1]);
  };
  await sweepPauses(world.open);
  expect(world.unpaused).toEqual([]);
  expect(world.gates.get(address(1))).toBe("closed");
});

test("what another open record holds is not touched", async () => {
  const world = new SweepWorld();
  await world.pause("overdue", [1, 2], { state: "unsettled" });
  await world.pause("at-work", [2, 3]);
  const swept = await sweepPauses(world.open);
  expect(swept.map(({ pause, kind }) => [pause, kind])).toEqual([
    ["at-work", "not-due"],
    ["overdue", "unsettled"],
  ]);
  expect(world.unpaused).toEqual([address(1)]);
  expect(world.gates.get(address(2))).toBe("closed");
});

test("two overdue records of the same instances leave no gate closed", async () => {
  const world = new SweepWorld();
  await world.pause("a", [1, 2]);
  await world.pause("b", [2, 3]);
  world.nowMs += DEADLINE_MS + 1;
  await sweepPauses(world.open);
  expect([...world.gates.values()]).toEqual(["open", "open", "open"]);
});

test("a record that cannot be treated does not keep the others from it", async () => {
  const world = new SweepWorld();
  await world.pause("a", [1]);
  await world.pause("b", [2]);
  world.nowMs += DEADLINE_MS + 1;
  world.onUnpause = async (at) => {
    if (at === address(1)) throw new StillpointError("INTERNAL", "a defect");
  };
  expect(await sweepPauses(world.open)).toMatchObject([{ kind: "failed", pause: "a" }, { pause: "b" }]);
  expect(world.gates.get(address(2))).toBe("open");
});

test("a catalog that does not take the mark does not keep gates closed", async () => {
  const world = new SweepWorld();
  await world.pause("p", [1, 2]);
  world.nowMs += DEADLINE_MS + 1;
  world.catalog.pauses.update = async () => {
    throw new StillpointError("CATALOG_UNREADABLE", "the disk is full");
  };
  expect(await sweepPauses(world.open)).toMatchObject([{ kind: "failed", message: "the disk is full" }]);
  expect([...world.gates.values()]).toEqual(["open", "open", "open"]);
});

test("a record that is closed meanwhile is left alone", async () => {
  const world = new SweepWorld();
  await world.pause("p", [1, 2]);
  world.nowMs += DEADLINE_MS + 1;
  const { update } = world.catalog.pauses;
  world.catalog.pauses.update = async (id, change) => {
    await update(id, (record) => ({ ...record, state: "closed", unsettled: [] }));
    return update(id, change);
  };
  expect(await sweepPauses(world.open)).toMatchObject([{ kind: "closed" }]);
  expect(world.unpaused).toEqual([]);
});

test("records of other deployments belong to their own sweep", async () => {
  const world = new SweepWorld();
  await world.pause("p", [1], { deployment: "other" });
  world.nowMs += DEADLINE_MS + 1;
  expect(await sweepPauses(world.open)).toEqual([]);
  expect(world.unpaused).toEqual([]);
});

test("whatever gates do between sweeps, no record is closed while one of them may be paused by it", async () => {
  const gate = fc.constantFrom("open" as const, "closed" as const, "silent" as const, "gone" as const);
  const round = fc.record({ gates: fc.tuple(gate, gate), waitMs: fc.integer({ min: 1, max: 2 * APART_MS }) });
  await fc.assert(
    fc.asyncProperty(fc.array(round, { minLength: 1, maxLength: 8 }), async (rounds) => {
      const world = new SweepWorld();
      await world.pause("p", [1, 2]);
      world.nowMs += DEADLINE_MS + 1;
      // When each gate was first known open, without having been seen closed since.
      const openSince = new Map<string, number>();
      for (const { gates, waitMs } of rounds) {
        const { unsettled } = await world.record("p");
        for (const [index, state] of gates.entries()) {
          world.set(state, index + 1);
          if (state === "closed") openSince.delete(address(index + 1));
        }
        await sweepPauses(world.open);
        const left = (await world.record("p")).unsettled;
        for (const at of unsettled) {
          if (world.gates.get(at) === "silent") openSince.delete(at);
          else if (!openSince.has(at)) openSince.set(at, world.nowMs);
          if (!left.includes(at))
            expect(world.nowMs - (openSince.get(at) ?? world.nowMs)).toBeGreaterThanOrEqual(APART_MS);
        }
        world.nowMs += waitMs;
      }
    }),
    { numRuns: 200 },
  );
});

test("the operator's unpause opens every gate, marks every record, and tells what it found", async () => {
  const world = new SweepWorld();
  await world.pause("p", [1, 2]);
  world.set("closed", 3);
  const { found, now, records, problems } = await unpauseAll(world.open);
  expect(found.map(({ kind }) => kind)).toEqual(["closed", "closed", "closed"]);
  expect(now.map(({ kind }) => kind)).toEqual(["open", "open", "open"]);
  expect(records).toMatchObject([{ pause: "p", kind: "unsettled" }]);
  expect(problems).toEqual([]);
  expect(await world.record("p")).toMatchObject({ state: "swept", markedBy: "stillpoint unpause" });
});

test("without a discovery the operator's unpause still opens what is recorded", async () => {
  const world = new SweepWorld();
  await world.pause("p", [1, 2]);
  world.discovered = new StillpointError("INSTANCES_NOT_FOUND", "the name service does not answer");
  const { problems } = await unpauseAll(world.open);
  expect(problems).toEqual(["the name service does not answer"]);
  expect([...world.gates.values()]).toEqual(["open", "open", "open"]);
});

test("without a catalog the operator's unpause still opens what is discovered", async () => {
  const world = new SweepWorld();
  world.set("closed", 1, 3);
  world.discovered = [instance(1), instance(3)];
  world.catalog.pauses.open = async () => {
    throw new StillpointError("CATALOG_UNREADABLE", "the catalog's folder is gone");
  };
  const { problems } = await unpauseAll(world.open);
  expect(problems).toEqual(["the catalog's folder is gone"]);
  expect([...world.gates.values()]).toEqual(["open", "open", "open"]);
});

test("with a catalog that cannot be written the operator's unpause still opens the gates", async () => {
  const world = new SweepWorld();
  await world.pause("p", [1, 2]);
  world.catalog.pauses.update = async () => {
    throw new StillpointError("CATALOG_UNREADABLE", "the disk is full");
  };
  const { records } = await unpauseAll(world.open);
  expect(records).toMatchObject([{ kind: "failed", message: "the disk is full" }]);
  expect([...world.gates.values()]).toEqual(["open", "open", "open"]);
});

test("where nothing at all is known, the operator is told so", async () => {
  const world = new SweepWorld();
  world.discovered = new StillpointError("INSTANCES_NOT_FOUND", "no answer");
  await expect(unpauseAll(world.open)).rejects.toMatchObject({ code: "INSTANCES_NOT_FOUND" });
});

test("two overdue records do not protect each other where the catalog takes no mark", async () => {
  const world = new SweepWorld();
  await world.pause("a", [1]);
  await world.pause("b", [1]);
  world.nowMs += DEADLINE_MS + 1;
  world.catalog.pauses.update = async () => {
    throw new StillpointError("CATALOG_UNREADABLE", "the disk is full");
  };
  await sweepPauses(world.open);
  expect(world.gates.get(address(1))).toBe("open");
});

test("a name that does not resolve is no open gate: the record stays until it is seen open", async () => {
  const world = new SweepWorld();
  await world.pause("p", [1]);
  world.set("unresolved", 1);
  world.nowMs += DEADLINE_MS + 1;
  for (let round = 0; round < 3; round++) {
    expect(await sweepPauses(world.open)).toMatchObject([{ kind: "unsettled", stillPaused: [address(1)] }]);
    world.nowMs += APART_MS;
  }
});

test("where nobody knows whether an instance is still there, its gate is opened", async () => {
  const world = new SweepWorld();
  await world.pause("p", [1]);
  world.nowMs += DEADLINE_MS + 1;
  Object.assign(world.open, {
    whereabouts: async (instances: readonly Instance[]) =>
      instances.map((one) => ({ kind: "unknown", instance: one, message: "silence" })),
  });
  await sweepPauses(world.open);
  expect(world.gates.get(address(1))).toBe("open");
});

test("a pause that begins in the future is overdue: one of the clocks is wrong", async () => {
  const world = new SweepWorld();
  await world.pause("p", [1]);
  world.nowMs -= APART_MS;
  expect(await sweepPauses(world.open)).toMatchObject([{ kind: "not-due" }]);
  world.nowMs -= 1;
  expect(await sweepPauses(world.open)).toMatchObject([{ kind: "unsettled", unpaused: [address(1)] }]);
});
