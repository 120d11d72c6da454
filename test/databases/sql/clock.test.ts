import { expect, test } from "vitest";
import { probeSqlClock, serverNow } from "../../../shared/databases/sql/clock.ts";
import { boundFrom } from "../../../shared/pause/clock-bound.ts";

/** A server whose clock is ahead, and answers late, on a clock of ours that only moves when it is asked. */
function server({ aheadMs, roundTripMs }: { readonly aheadMs: number; readonly roundTripMs: number }) {
  let oursMs = 1_795_346_426_500;
  return {
    now: () => oursMs,
    engine: "postgresql" as const,
    query: async () => {
      oursMs += roundTripMs / 2;
      const ms = Math.floor(oursMs + aheadMs);
      oursMs += roundTripMs / 2;
      return [{ ms }];
    },
  };
}

test("a clock that tells milliseconds is known to about a round trip, whatever its phase", async () => {
  for (const aheadMs of [-12_345.6, 0, 0.4, 999.9]) {
    const asked = server({ aheadMs, roundTripMs: 6 });
    const samples = await probeSqlClock(asked, asked.now, { budgetMs: 1000 });
    const bound = boundFrom(samples);
    expect(bound?.lowMs).toBeLessThanOrEqual(aheadMs + 0.001);
    expect(bound?.highMs).toBeGreaterThanOrEqual(aheadMs - 0.001);
    expect((bound?.highMs ?? 0) - (bound?.lowMs ?? 0)).toBeLessThan(8);
  }
});

test("a probe asks once where it has no time at all, and a handful of times where it has", async () => {
  const asked = server({ aheadMs: 0, roundTripMs: 10 });
  expect(await probeSqlClock(asked, asked.now, { budgetMs: 0 })).toHaveLength(1);
  expect(await probeSqlClock(asked, asked.now, { budgetMs: 60_000 })).toHaveLength(8);
});

test("an answer of whole seconds leaves a second of doubt, as before", () => {
  const sample = { sentMs: 0, answeredMs: 10, dateSecond: 5 };
  expect(boundFrom([sample])).toEqual({ lowMs: 4990, highMs: 6000 });
  expect(boundFrom([{ ...sample, spanMs: 1 }])).toEqual({ lowMs: 4990, highMs: 5001 });
});

test("what is no time is not taken for one", async () => {
  const sql = { engine: "mysql" as const, query: async () => [{ ms: null }, { ms: "soon" }] };
  await expect(serverNow({ ...sql, query: async () => [] })).rejects.toMatchObject({
    code: "CLOCK_UNMEASURED",
  });
  await expect(serverNow({ ...sql, query: async () => [{ ms: "soon" }] })).rejects.toMatchObject({
    code: "CLOCK_UNMEASURED",
  });
});

test("a probe is ended at once by its signal", async () => {
  const silent = { engine: "postgresql" as const, query: () => new Promise<never>(() => undefined) };
  const over = AbortSignal.abort();
  const probing = probeSqlClock(silent, () => 0, { budgetMs: 1000, signal: over });
  await expect(probing).rejects.toMatchObject({ name: "AbortError" });
});
