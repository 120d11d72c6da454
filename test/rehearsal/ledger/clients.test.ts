import { expect, test } from "vitest";
import { chooseTransfer } from "../../../rehearsal/ledger/choose-transfer.ts";
import type { Call } from "../../../rehearsal/ledger/clients.ts";
import { assetIds } from "../../../rehearsal/ledger/open-ledger.ts";
import { seededRandom } from "../../../rehearsal/ledger/random.ts";
import { stallOf } from "../../../rehearsal/ledger/stall.ts";
import { BalancedTransfer } from "../../../rehearsal/ledger/transfer.ts";

test("clients choose transfers that lose no money, between one and four different assets", () => {
  const random = seededRandom("choices");
  const chosen = Array.from({ length: 500 }, () => chooseTransfer(random, assetIds(20)));
  for (const transfer of chosen) BalancedTransfer.parse(transfer);
  expect(new Set(chosen.map(({ moves }) => moves.length))).toEqual(new Set([1, 2, 3, 4]));
  const mirrored = chosen.filter(({ mirror }) => mirror.kind === "touch").length;
  expect(mirrored / chosen.length).toBeCloseTo(2 / 3, 1);
  expect(new Set(chosen.map(({ nonce }) => nonce)).size).toBe(500);
});

test("the same seed makes the same choices, another seed others", () => {
  const choices = (seed: string) => {
    const random = seededRandom(seed);
    return Array.from({ length: 20 }, () => chooseTransfer(random, assetIds(20)));
  };
  expect(choices("one")).toEqual(choices("one"));
  expect(choices("one")).not.toEqual(choices("two"));
});

test("a transfer that makes money, or moves an asset twice, is not accepted", () => {
  const transfer = (deltas: readonly [string, number][]) => ({
    nonce: "n",
    moves: deltas.map(([id, delta]) => ({ id, delta })),
    mirror: { kind: "none" },
  });
  expect(BalancedTransfer.safeParse(transfer([["a", 1]])).success).toBe(false);
  expect(
    BalancedTransfer.safeParse(
      transfer([
        ["a", 1],
        ["a", -1],
      ]),
    ).success,
  ).toBe(false);
  expect(
    BalancedTransfer.safeParse(
      transfer([
        ["a", 1],
        ["b", -1],
      ]),
    ).success,
  ).toBe(true);
});

test("a stall is what clients felt between two moments, retries and all", () => {
  const call = (sentMs: number, answeredMs: number, result: Call["result"], conflicts = 0): Call => ({
    sentMs,
    answeredMs,
    result,
    conflicts,
  });
  const quick = Array.from({ length: 98 }, (_, position) => call(position, position + 10, "committed"));
  const calls = [
    ...quick,
    call(50, 950, "committed", 3),
    call(60, 1060, "unknown"),
    call(5000, 9000, "refused"),
  ];
  const felt = { committed: 99, unknown: 1, refused: 0, conflicts: 3, p50Ms: 10, p99Ms: 900, maxMs: 1000 };
  expect(stallOf(calls, 0, 2000)).toEqual({ calls: 100, ...felt });
  expect(stallOf(calls, 2000)).toMatchObject({ calls: 1, maxMs: 4000 });
  expect(stallOf([])).toMatchObject({ calls: 0, p99Ms: 0, maxMs: 0 });
});
