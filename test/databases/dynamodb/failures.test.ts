import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { promisify } from "node:util";
import { expect, test, vi } from "vitest";
import { backupsNamed, startBackup, startCopy } from "../../../shared/databases/dynamodb/copies.ts";
import { openDynamodb } from "../../../shared/databases/dynamodb/database.ts";
import { deleteTable } from "../../../shared/databases/dynamodb/delete-table.ts";
import { applySettings } from "../../../shared/databases/dynamodb/settings/apply-settings.ts";
import { readRecovery } from "../../../shared/databases/dynamodb/settings/recovery.ts";
import { ACCOUNTS, NAMING, type Prod, setEverything, startProd } from "./prod.ts";

const now = () => performance.timeOrigin + performance.now();

const CALLS: readonly [string, (prod: Prod) => Promise<unknown>][] = [
  ["Scan", ({ database }) => database.capture()],
  ["DescribeTable", ({ database }) => database.capture()],
  ["DescribeTable", ({ database }) => database.probeClock(now, { budgetMs: 0 })],
  ["DescribeContinuousBackups", ({ database }) => readRecovery(database.connection, ACCOUNTS)],
  ["DescribeTimeToLive", ({ database }) => database.capture()],
  ["ListTagsOfResource", ({ database }) => database.capture()],
  ["DescribeScalableTargets", ({ database }) => database.capture()],
  ["DescribeScalingPolicies", ({ database }) => database.capture()],
  ["ListBackups", ({ database }) => backupsNamed(database.connection, ACCOUNTS, "b")],
  ["CreateBackup", ({ database }) => startBackup(database.connection, { table: ACCOUNTS, backup: "bbb" })],
  ["DeleteTable", ({ database }) => deleteTable(database.connection, { name: ACCOUNTS })],
  ["UpdateTable", ({ database }) => deleteTable(database.connection, { name: ACCOUNTS })],
  ["RestoreTableToPointInTime", copyNow],
  ["UpdateTimeToLive", (prod) => putBack(prod, "another")],
  ["TagResource", (prod) => putBack(prod, "expires")],
  ["RegisterScalableTarget", (prod) => putBack(prod, "expires")],
];

test.each(CALLS)("without permission for %s the refusal names that action", async (action, call) => {
  const prod = await startProd();
  await setEverything(prod);
  prod.db.faults.deny([action]);
  await expect(call(prod)).rejects.toMatchObject({
    code: "DATABASE_DENIED",
    message: expect.stringMatching(new RegExp(`:${action} `)),
  });
});

async function copyNow(prod: Prod): Promise<unknown> {
  const { captured } = await prod.database.capture();
  const [source] = captured.tables;
  return startCopy(prod.database.connection, {
    sourceArn: source?.arn ?? "",
    sourceId: source?.id ?? "",
    target: "copy",
    atSecond: Math.floor(prod.db.now() / 1000),
  });
}

async function putBack(prod: Prod, ttl: string): Promise<unknown> {
  const { captured } = await prod.database.capture();
  const settings = captured.tables[0]?.settings as never as Parameters<typeof applySettings>[2];
  return applySettings(prod.database.connection, ACCOUNTS, { ...settings, ttl });
}

test("what the service refuses for another reason is told with its own words", async () => {
  const prod = await startProd();
  await expect(readRecovery(prod.database.connection, "nobody's")).rejects.toMatchObject({
    code: "DATABASE_REFUSED",
    message: expect.stringMatching(/"nobody's": .*Exception/),
  });
});

test("an endpoint where nothing listens is unreachable", { timeout: 30_000 }, async () => {
  const closed = createServer().listen(0, "127.0.0.1");
  await once(closed, "listening");
  const { port } = closed.address() as AddressInfo;
  await promisify(closed.close.bind(closed))();
  const database = openDynamodb({ ...NAMING, region: "us-east-1", endpoint: `http://127.0.0.1:${port}` });
  const { connection } = database;
  const calls = [
    database.capture(),
    database.probeClock(now, { budgetMs: 0 }),
    deleteTable(connection, { name: ACCOUNTS }),
  ];
  for (const end of await Promise.allSettled(calls))
    expect(end).toMatchObject({ reason: { code: "DATABASE_UNREACHABLE" } });
  database.close();
});

test("credentials that are missing are a refusal, not silence", async () => {
  vi.stubEnv("AWS_ACCESS_KEY_ID", undefined);
  const prod = await startProd();
  const { region, endpoint } = { region: prod.db.region, endpoint: prod.db.endpoint };
  const database = openDynamodb({ ...NAMING, region, endpoint, profile: "nobody-has-this-profile" });
  await expect(database.capture()).rejects.toMatchObject({ code: "DATABASE_DENIED" });
  database.close();
  vi.unstubAllEnvs();
});

test("throttling is survived", { timeout: 20_000 }, async () => {
  const prod = await startProd();
  prod.db.faults.throttle({ kind: "share", share: 0.2 });
  const { captured } = await prod.database.capture();
  expect(captured.tables).toHaveLength(2);
  await startBackup(prod.database.connection, { table: ACCOUNTS, backup: "bbb" });
  await deleteTable(prod.database.connection, { name: ACCOUNTS });
});
