import { expect, test } from "vitest";
import { expected } from "../../rehearsal/expected.ts";
import type { Call } from "../../rehearsal/ledger/clients.ts";
import type { RestorePoint } from "../../shared/catalog/model.ts";

const OPENING = { assets: 2, balance: 2_000, transactions: 10 };

function call(sentMs: number, answeredMs: number, result: Call["result"] = "committed"): Call {
  return { sentMs, answeredMs, result, conflicts: 0 };
}

const POINT: RestorePoint = {
  schema: 1,
  id: "payments-1",
  deployment: "payments",
  createdMs: 2_000,
  basis: "window",
  artifact: "complete",
  instances: [],
  discovery: "list",
  databases: [],
};

test("of a pause exactly what was answered before its end is expected, give or take lost answers", () => {
  const point: RestorePoint = { ...POINT, window: { startMs: 1_000, endMs: 1_200 } };
  const calls = [
    call(900, 990),
    call(950, 1_100),
    call(960, 1_000, "unknown"),
    call(970, 1_000, "conflict"),
    call(1_100, 1_300),
  ];
  expect(expected(OPENING, calls, point)).toMatchObject({ atLeast: 12, atMost: 13 });
});

test("of a snapshot what was under way is expected in it or not, what was answered before always, what was sent after never", () => {
  const captured = {
    engine: "postgresql",
    product: "PostgreSQL",
    serverVersion: "15",
    host: "127.0.0.1",
    port: 5432,
    schemas: [],
    tables: [],
    settings: {},
    snapshot: { atMs: 1_500 },
  };
  const clockBound = { lowMs: 400, highMs: 500 };
  const databases = [{ name: "main", kind: "jdbc" as const, atSecond: 1, clockBound, captured }];
  // On our clock between 1,000 and 1,100.
  const calls = [
    call(900, 999),
    call(900, 1_050),
    call(1_100, 1_200),
    call(1_050, 1_300, "unknown"),
    call(900, 1_300, "conflict"),
    call(1_101, 1_200),
  ];
  expect(expected(OPENING, calls, { ...POINT, basis: "snapshot", databases })).toMatchObject({
    atLeast: 11,
    atMost: 14,
  });
});

test("a point without a pause that does not say when it was taken is no point to hold a restore against", () => {
  expect(() => expected(OPENING, [], { ...POINT, basis: "snapshot" })).toThrow();
});
