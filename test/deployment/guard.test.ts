import { expect, onTestFinished, test } from "vitest";
import { guardBackup } from "../../shared/deployment/guard.ts";
import { troubleIn, untilNextRound } from "../../shared/deployment/sweep-round.ts";
import { APART_MS, address, DEADLINE_MS, SweepWorld } from "../backup/sweep-world.ts";

const RUN = "backup-1";
const HOUR_MS = 3_600_000;
const never = new AbortController().signal;

/** A backup of this run has paused two instances, and is dead. */
async function deadBackup(): Promise<SweepWorld> {
  const world = new SweepWorld();
  const untilMs = world.nowMs + DEADLINE_MS;
  await world.catalog.acquireLease("payments", { kind: "backup", run: RUN }, world.nowMs, untilMs);
  await world.pause("p", [1, 2], { run: RUN });
  world.nowMs += DEADLINE_MS + 1;
  return world;
}

test("a guard opens what is overdue, stays until nothing can close it again, and gives the lease back", async () => {
  const world = await deadBackup();
  const time = setInterval(() => {
    world.nowMs += APART_MS;
  }, 100);
  onTestFinished(() => clearInterval(time));
  await guardBackup(world.open, RUN, never);
  expect(world.unpaused).toEqual([address(1), address(2)]);
  expect((await world.record("p")).state).toBe("closed");
  expect((await world.catalog.lease("payments"))?.holder).toBeUndefined();
  const [heartbeat] = (await world.catalog.sweeps.list()).records;
  expect(heartbeat).toMatchObject({ of: { kind: "guard", run: RUN }, endedMs: expect.any(Number) });
});

test("a guard gives up on an instance that is never heard of again, and leaves it in the catalog", async () => {
  const world = await deadBackup();
  world.set("silent", 1);
  world.onUnpause = async () => {
    world.nowMs += HOUR_MS;
  };
  await guardBackup(world.open, RUN, never);
  expect(await world.record("p")).toMatchObject({ state: "swept", unsettled: [address(1), address(2)] });
  const [heartbeat] = (await world.catalog.sweeps.list()).records;
  expect(heartbeat?.trouble).toBe(`"${address(1)}" of "payments" may still be paused`);
});

test("a guard of a backup that has ended already ends too", async () => {
  const world = new SweepWorld();
  await guardBackup(world.open, RUN, never);
  expect(world.unpaused).toEqual([]);
});

test("the next round comes when a pause is overdue, and after the interval at the latest", () => {
  const due = (deadlineMs: number) =>
    ({ kind: "not-due", pause: "p", deployment: "payments", deadlineMs }) as const;
  expect(untilNextRound([], 5_000, 1_000)).toBe(1_000);
  expect(untilNextRound([due(5_300), due(5_200)], 5_000, 1_000)).toBe(201);
  expect(untilNextRound([due(9_000)], 5_000, 1_000)).toBe(1_000);
  expect(untilNextRound([due(4_999)], 5_000, 1_000)).toBe(1);
});

test("a round tells what it could not open and what it could not look after, and else nothing", () => {
  const of = { pause: "p", deployment: "payments" };
  const unsettled = { ...of, kind: "unsettled", gone: [], unpaused: [], waiting: ["a:1"] } as const;
  expect(
    troubleIn([
      { ...of, kind: "closed", gone: [], unpaused: [] },
      { ...unsettled, stillPaused: [] },
    ]),
  ).toBeUndefined();
  expect(
    troubleIn([
      { ...unsettled, stillPaused: ["b:1"] },
      { ...of, kind: "failed", message: "no room" },
    ]),
  ).toBe('"b:1" of "payments" may still be paused; p: no room');
});
