import { DescribeContinuousBackupsCommand, UpdateContinuousBackupsCommand } from "@aws-sdk/client-dynamodb";
import { expect, test } from "vitest";
import {
  ahead,
  createProtectedTable,
  createTable,
  FOR_LONG_MS,
  put,
  recover,
  refusal,
  type Swift,
  start,
} from "./swift.ts";

const DAY_MS = 86_400_000;

async function coverage({ client }: Swift) {
  const { ContinuousBackupsDescription } = await client.send(
    new DescribeContinuousBackupsCommand({ TableName: "accounts" }),
  );
  const recovery = ContinuousBackupsDescription?.PointInTimeRecoveryDescription;
  return {
    status: recovery?.PointInTimeRecoveryStatus,
    days: recovery?.RecoveryPeriodInDays,
    earliestMs: recovery?.EarliestRestorableDateTime?.getTime() ?? Number.NaN,
    latestMs: recovery?.LatestRestorableDateTime?.getTime() ?? Number.NaN,
  };
}

test("right after it was switched on, recovery covers that one instant", async () => {
  const swift = await start();
  const beforeMs = swift.db.now();
  await createProtectedTable(swift);

  const { status, days, earliestMs, latestMs } = await coverage(swift);

  expect({ status, days }).toEqual({ status: "ENABLED", days: 35 });
  expect(earliestMs).toBe(latestMs);
  expect(earliestMs).toBeGreaterThanOrEqual(beforeMs);
  expect(earliestMs).toBeLessThanOrEqual(swift.db.now());
});

test("the latest restorable time lags behind the database's clock by the delay", async () => {
  const swift = await start();
  await createProtectedTable(swift);
  ahead(swift, 3_600_000);
  const beforeMs = swift.db.now();
  const { latestMs } = await coverage(swift);
  expect(latestMs).toBeGreaterThanOrEqual(beforeMs - 300_000);
  expect(latestMs).toBeLessThanOrEqual(swift.db.now() - 300_000);
});

test("switching recovery off and on loses its history, and its period", async () => {
  const swift = await start();
  await createProtectedTable(swift);
  await recover(swift, "accounts", true, 10);
  ahead(swift, 3_600_000);
  const atMs = swift.db.now();
  await recover(swift, "accounts", false);
  expect((await coverage(swift)).status).toBe("DISABLED");
  await recover(swift, "accounts", true);
  const { earliestMs, days } = await coverage(swift);
  expect(earliestMs).toBeGreaterThanOrEqual(atMs);
  expect(days).toBe(35);
});

test("switching recovery on again changes nothing", async () => {
  const swift = await start();
  await createProtectedTable(swift);
  await recover(swift, "accounts", true, 7);
  const before = await coverage(swift);
  ahead(swift, 3_600_000);
  await recover(swift, "accounts", true);
  const after = await coverage(swift);
  expect(after.earliestMs).toBe(before.earliestMs);
  expect(after.days).toBe(7);
});

test("a shorter period cuts the history at once, and a longer one does not bring it back", async () => {
  const swift = await start();
  await createProtectedTable(swift);
  ahead(swift, 20 * DAY_MS);
  await recover(swift, "accounts", true, 2);
  const cutMs = (await coverage(swift)).earliestMs;
  expect(swift.db.now() - cutMs).toBeLessThan(2 * DAY_MS + 60_000);
  await recover(swift, "accounts", true, 35);
  expect((await coverage(swift)).earliestMs).toBeGreaterThanOrEqual(cutMs - 60_000);
});

test("a history that grew too long gives up its older half, and its coverage with it", async () => {
  const swift = await start({}, { journalStatesMax: 10 });
  await createProtectedTable(swift);
  const { earliestMs } = await coverage(swift);
  for (let balance = 0; balance < 12; balance++) {
    ahead(swift, 60_000);
    await put(swift, "a", balance);
  }
  expect((await coverage(swift)).earliestMs).toBeGreaterThan(earliestMs);
  expect(swift.db.journalOf("accounts").length).toBeLessThanOrEqual(10);
  expect(swift.db.itemsAt("accounts", { instantMs: swift.db.now() })).toEqual([
    { id: { S: "a" }, balance: { N: "11" } },
  ]);
});

test("a period is refused outside of 1 to 35 days, and together with switching off", async () => {
  const swift = await start();
  await createTable(swift);
  await refusal(recover(swift, "accounts", true, 0), "ValidationException");
  await refusal(recover(swift, "accounts", true, 36), "ValidationException");
  await refusal(recover(swift, "accounts", false, 7), "ValidationException");
  await refusal(
    swift.client.send(
      new UpdateContinuousBackupsCommand({
        TableName: "accounts",
        PointInTimeRecoverySpecification: undefined,
      }),
    ),
    "ValidationException",
  );
});

test("continuous backups of a missing table, or of one being created, are refused", async () => {
  const swift = await start({ restoreLeastMs: FOR_LONG_MS });
  await refusal(recover(swift, "nobody", true), "TableNotFoundException");
  await refusal(coverage(swift), "TableNotFoundException");
});
