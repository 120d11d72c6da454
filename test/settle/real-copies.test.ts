import { expect, test } from "vitest";
import type { Clocks } from "../../shared/verify/subject.ts";
import { verifyCopy } from "../../shared/verify/verify-copy.ts";
import { loadFixture, type MemoryTables, openLabSecret, rowsOf, sourceOf } from "../verify/fixture-source.ts";
import { applyPages } from "./apply.ts";
import { settleCopy, settledAt } from "./settle-copy.ts";

function without(role: string, { tables, rows }: MemoryTables): MemoryTables {
  return { tables: tables.filter((table) => table.role !== role), rows };
}

async function settledAndVerified(tables: MemoryTables, atSecond: number, clocks: Clocks) {
  const subject = settledAt(atSecond, clocks);
  const { settlement, pages } = await settleCopy({ sources: [sourceOf(tables)], subject, clocks });
  const after = applyPages(tables, pages);
  const again = await settleCopy({ sources: [sourceOf(after)], subject, clocks });
  expect(again.settlement).toMatchObject({ changes: 0, dropped: 0, inDoubt: 0, pages: 0 });
  const report = await verifyCopy({ sources: [sourceOf(after)], subject, clocks, openSecret: openLabSecret });
  expect(report.findings.filter(({ severity }) => severity === "disproof")).toEqual([]);
  expect(report.proof.kind).toBe("proven");
  return { settlement, pages, after };
}

const CLOCKS: Clocks = { scalarClockBoundMs: 1000, databaseSkewMs: 250, transactionLifeMs: 60_000 };

/** Of the balances, which add up to 0 over whole transactions. */
function sumOfBalances(tables: MemoryTables): number {
  const latest = new Map<unknown, { readonly age: number; readonly balance: number }>();
  for (const { id, age, output } of rowsOf(tables, "scalar.asset")) {
    const { balance } = JSON.parse(String(output)) as { balance: number };
    if (Number(age) > (latest.get(id)?.age ?? -1)) latest.set(id, { age: Number(age), balance });
  }
  return [...latest.values()].reduce((sum, { balance }) => sum + balance, 0);
}

test("what a Ledger left that was killed three times is settled as its own recovery would", async () => {
  const indoubt = loadFixture("indoubt.jsonl", "prod_");
  const quietMs = Math.max(
    ...rowsOf(indoubt, "coordinator.state").map((row) => Number(row["tx_created_at"])),
  );
  const { settlement, pages, after } = await settledAndVerified(
    indoubt,
    Math.ceil(quietMs / 1000) + 60,
    CLOCKS,
  );
  expect(settlement).toMatchObject({ changes: 18, dropped: 0, inDoubt: 1 });
  expect(pages.flatMap((page) => page.dropped)).toMatchObject([{ why: "in-doubt", committedMs: null }]);
  const recovered = loadFixture("indoubt-recovered.jsonl", "prod_");
  const lines = (tables: MemoryTables, name: string) =>
    rowsOf(tables, name)
      .map(
        (row) =>
          `${row["asset_id"] ?? row["id"]} ${row["age"]} ${row["latest_age"]} ${row["moved"]} ${row["tx_id"]} ${row["tx_state"]}`,
      )
      .sort();
  for (const name of ["scalar.asset", "scalar.asset_metadata", "app.account"])
    expect(lines(after, name)).toEqual(lines(recovered, name));
});

test("a torn copy is settled by a bound that covers the tear", async () => {
  const torn = without("record", loadFixture("torn-a.jsonl", "prod_"));
  const times = rowsOf(torn, "scalar.asset_metadata").map((row) => Number(row["tx_prepared_at"]));
  const newest = Math.max(...times);
  const decided = Math.max(...rowsOf(torn, "coordinator.state").map((row) => Number(row["tx_created_at"])));
  // Tables lie up to 7.5 s apart, the coordinator first.
  const clocks = { ...CLOCKS, scalarClockBoundMs: newest - decided };
  const subject = settledAt(Math.floor(newest / 1000), clocks);
  expect((await verifyCopy({ sources: [sourceOf(torn)], subject })).proof.kind).toBe("disproven");
  const { settlement, after } = await settledAndVerified(torn, subject.atSecond, clocks);
  expect(settlement.dropped).toBeGreaterThan(0);
  expect(settlement.newestKeptMs).toBeLessThanOrEqual(settlement.keptUntilMs);
  expect(sumOfBalances(after)).toBe(0);
});

test("a whole copy is settled to an earlier instant, too", async () => {
  const whole = without("record", loadFixture("whole.jsonl", "prod_"));
  const newest = Math.max(...rowsOf(whole, "coordinator.state").map((row) => Number(row["tx_created_at"])));
  const { settlement, after } = await settledAndVerified(whole, Math.floor(newest / 1000), CLOCKS);
  expect(settlement).toMatchObject({ dropped: 4, inDoubt: 0 });
  expect(sumOfBalances(after)).toBe(0);
});

test("a real copy with records that can change stops where transactions with functions are dropped", async () => {
  const whole = loadFixture("whole.jsonl", "prod_");
  const newest = Math.max(...rowsOf(whole, "coordinator.state").map((row) => Number(row["tx_created_at"])));
  const subject = settledAt(Math.floor(newest / 1000));
  await expect(settleCopy({ sources: [sourceOf(whole)], subject })).rejects.toMatchObject({
    code: "SETTLE_UNRESOLVED",
  });
});
