import { expect, test } from "vitest";
import { candidatesOf } from "../../shared/restore/dynamodb/quiet/candidates.ts";
import { AT_SECOND, captured, databaseOf } from "./example-plan.ts";

const candidates = [0, 60, 120].map((back) => ({ atSecond: AT_SECOND - back, marginMs: 1_000 }));
const quiet = { search: "search-1", guardMs: 1_250, candidates };

function reaching(earliestSecond: number) {
  return captured("prod_a.one", { coverage: { earliestSecond, latestSecond: AT_SECOND + 600 } });
}

function triedOf(earliestSecond: number, provenSecond?: number, others: ReturnType<typeof captured>[] = []) {
  const one = reaching(earliestSecond);
  const point = { quiet: { ...quiet, ...(provenSecond !== undefined && { provenSecond }) } };
  const tried = candidatesOf(point, [databaseOf([one], [one, ...others])]);
  return tried?.map(({ atSecond }) => AT_SECOND - atSecond);
}

test("quiet seconds that the tables still reach are tried, the proven one first", () => {
  expect(triedOf(AT_SECOND - 900)).toEqual([0, 60, 120]);
  expect(triedOf(AT_SECOND - 60)).toEqual([0, 60]);
  expect(triedOf(AT_SECOND - 900, AT_SECOND - 60)).toEqual([60, 0, 120]);
  expect(triedOf(AT_SECOND - 30, AT_SECOND - 60)).toEqual([0]);
  expect(candidatesOf({}, [])).toBeUndefined();
});

test("all of them are told of where the tables reach none any more", () => {
  expect(triedOf(AT_SECOND + 1)).toEqual([0, 60, 120]);
});

test("a table that was created since the search is none of the point, and takes nothing away", () => {
  const created = captured("prod_a.new", {
    coverage: { earliestSecond: AT_SECOND + 60, latestSecond: AT_SECOND + 600 },
  });
  expect(triedOf(AT_SECOND - 60, AT_SECOND - 60, [created])).toEqual([60, 0]);
});
