import { expect, test } from "vitest";
import { boundFrom } from "../../../shared/pause/clock-bound.ts";
import { startProd } from "./prod.ts";

/** On a machine that is not too busy. */
const NARROW_MS = 100;
/** The rehearsal's clock counts whole ms of the machine's; ours carries fractions on from another start. */
const GRAIN_MS = 2;

const now = () => performance.timeOrigin + performance.now();

test("measured bounds contain clocks that are off by anything, and are narrow", { retry: 2 }, async () => {
  const offsets = [0, 137, -412, 900_001, -86_400_500, Math.round((Math.random() - 0.5) * 1e7)];
  await Promise.all(offsets.map(expectMeasured));
});

async function expectMeasured(offsetMs: number): Promise<void> {
  const prod = await startProd();
  prod.db.setClockOffset(offsetMs);
  const bound = boundFrom(await prod.database.probeClock(now, { budgetMs: 3_000 }));
  const skewMs = Date.now() - now();
  expect(bound?.lowMs).toBeLessThanOrEqual(offsetMs + skewMs + GRAIN_MS);
  expect(bound?.highMs).toBeGreaterThanOrEqual(offsetMs + skewMs - GRAIN_MS);
  expect((bound?.highMs ?? 0) - (bound?.lowMs ?? 0)).toBeLessThan(NARROW_MS);
}

test("a bound that is known already is confirmed around the next change of the second", async () => {
  const prod = await startProd();
  prod.db.setClockOffset(250);
  const known = { lowMs: 150, highMs: 350 };
  const samples = await prod.database.probeClock(now, { known, budgetMs: 0 });
  expect(samples.length).toBeLessThan(10);
  const bound = boundFrom(samples);
  expect(bound?.lowMs).toBeLessThanOrEqual(250 + GRAIN_MS);
  expect(bound?.highMs).toBeGreaterThanOrEqual(250 - GRAIN_MS);
});

test("a clock that steps between two looks leaves no bound", async () => {
  const prod = await startProd();
  const before = await prod.database.probeClock(now, { budgetMs: 0 });
  prod.db.setClockOffset(5_000);
  const after = await prod.database.probeClock(now, { budgetMs: 0 });
  expect(boundFrom([...before, ...after])).toBeUndefined();
});
