import { CreateBackupCommand, DescribeTableCommand } from "@aws-sdk/client-dynamodb";
import { expect, test } from "vitest";
import { createTable, type Swift, start } from "./swift.ts";

const HOUR_MS = 3_600_000;

async function dateOf({ db }: Swift): Promise<{ readonly status: number; readonly dateMs: number }> {
  const headers = {
    "X-Amz-Target": "DynamoDB_20120810.ListTables",
    "Content-Type": "application/x-amz-json-1.0",
  };
  const { status, headers: answered } = await fetch(db.endpoint, { method: "POST", headers, body: "{}" });
  return { status, dateMs: Date.parse(answered.get("date") ?? "") };
}

test("every answer carries the database's clock in whole seconds", async () => {
  const swift = await start({}, { clockOffsetMs: HOUR_MS });
  const beforeMs = swift.db.now();
  const { status, dateMs } = await dateOf(swift);
  expect(status).toBe(200);
  expect(dateMs % 1000).toBe(0);
  expect(dateMs).toBeGreaterThan(beforeMs - 1000);
  expect(dateMs).toBeLessThanOrEqual(swift.db.now());
});

test("a refusal carries it too, and the clock can be set while the database runs", async () => {
  const swift = await start();
  swift.db.setClockOffset(-5 * HOUR_MS);
  const response = await fetch(swift.db.endpoint, {
    method: "POST",
    headers: { "X-Amz-Target": "Nothing.Known" },
    body: "{}",
  });
  expect(response.status).toBe(400);
  expect(Math.abs(Date.parse(response.headers.get("date") ?? "") - (Date.now() - 5 * HOUR_MS))).toBeLessThan(
    5_000,
  );
});

test("all times that the database tells are on its own clock", async () => {
  const swift = await start({}, { clockOffsetMs: 48 * HOUR_MS });
  await createTable(swift);
  const { Table } = await swift.client.send(new DescribeTableCommand({ TableName: "accounts" }));
  const { BackupDetails } = await swift.client.send(
    new CreateBackupCommand({ TableName: "accounts", BackupName: "nightly" }),
  );
  for (const time of [Table?.CreationDateTime, BackupDetails?.BackupCreationDateTime])
    expect(Math.abs((time?.getTime() ?? 0) - swift.db.now())).toBeLessThan(60_000);
});
