import { expect, test } from "vitest";
import { grants } from "../../../shared/azure/arm/permissions.ts";
import { isCovered } from "../../../shared/databases/cosmosdb/coverage.ts";
import { missingPermissions } from "../../../shared/databases/cosmosdb/permissions.ts";
import { existedThen, findRestorable } from "../../../shared/databases/cosmosdb/restorable.ts";
import { restorableSecond } from "../../../shared/databases/cosmosdb/time-stamp.ts";
import { ahead, EAGER } from "../../rehearsal/cosmosdb/azure.ts";
import {
  ACCOUNT,
  accountRow,
  connectTo,
  containerOf,
  makeContainer,
  makeContainers,
  nowSecond,
  type Prod,
  startProd,
} from "./prod.ts";
import { planNow } from "./restored.ts";

test.each([
  ["2026-11-29T18:00:01Z", Date.UTC(2026, 10, 29, 18, 0, 1)],
  ["2026-11-29T18:00:01.9990000Z", Date.UTC(2026, 10, 29, 18, 0, 1)],
  ["2026-11-29T18:00:01", Date.UTC(2026, 10, 29, 18, 0, 1)],
  ["10/26/2021 5:27:45 PM", Date.UTC(2021, 9, 26, 17, 27, 45)],
  ["1/2/2026 12:00:05 AM", Date.UTC(2026, 0, 2, 0, 0, 5)],
])("%s is a whole second in UTC", (text, ms) => {
  expect(restorableSecond(text)).toBe(ms / 1000);
});

test("the beginning of time means that there is no backup yet", () => {
  expect(restorableSecond("1970-01-01T00:00:00Z")).toBeNull();
  expect(restorableSecond("1/1/1970 12:00:00 AM")).toBeNull();
});

test.each(["soon", "26/10/2021 5:27:45 PM", "10/32/2021 5:27:45 PM"])("a time like %s is refused", (text) => {
  expect(() => restorableSecond(text)).toThrow(`"${text}"`);
});

test("a point is pending until every container can be restored to the end of its window", async () => {
  const azure = await startProd();
  const { captured } = await azure.database.capture();
  await containerOf(azure, "bank", "accounts").items.create(accountRow(1, 1));
  const passedMs = azure.cosmosdb.now();
  expect(await azure.database.follow(captured, passedMs)).toEqual({
    kind: "pending",
    because: expect.stringContaining('container "bank/accounts"'),
  });
  ahead(azure, 200_000);
  expect(await azure.database.follow(captured, passedMs)).toEqual({ kind: "complete" });
});

test("the American format of the service is as good", async () => {
  const azure = await startProd();
  const { captured } = await azure.database.capture();
  const passedMs = azure.cosmosdb.now();
  azure.cosmosdb.faults.unitedStatesTimestamps = true;
  ahead(azure, 200_000);
  expect(await azure.database.follow(captured, passedMs)).toEqual({ kind: "complete" });
});

test("a time to come makes no point complete", async () => {
  const azure = await startProd();
  const { captured } = await azure.database.capture();
  const passedMs = azure.cosmosdb.now();
  ahead(azure, 2 * 86_400_000);
  await expect(azure.database.follow(captured, passedMs)).rejects.toMatchObject({
    code: "DATABASE_REFUSED",
    message: expect.stringContaining("which is to come"),
  });
});

test("an account is not lost where the configuration looks for it elsewhere", async () => {
  const azure = await startProd();
  const { captured } = await azure.database.capture();
  const database = connectTo(azure, ACCOUNT, "another");
  await expect(database.follow(captured, azure.cosmosdb.now())).rejects.toMatchObject({
    code: "DATABASE_REFUSED",
    message: expect.stringContaining('the configuration names resource group "another"'),
  });
});

test("a container that was deleted before its backup was complete has lost the point", async () => {
  const azure = await startProd();
  const { captured } = await azure.database.capture();
  await azure.client.sqlResources.deleteSqlContainer(azure.group, ACCOUNT, "bank", "accounts", EAGER);
  await makeContainer(azure, "bank", "accounts");
  expect(await azure.database.follow(captured, azure.cosmosdb.now())).toEqual({
    kind: "failed",
    because: expect.stringContaining('container "bank/accounts"'),
  });
});

test("an account that was made again under its name has lost the point", async () => {
  const azure = await startProd();
  const { captured } = await azure.database.capture();
  await makeAgain(azure);
  expect(await azure.database.follow(captured, azure.cosmosdb.now())).toEqual({
    kind: "failed",
    because: expect.stringContaining(`the backup is of ${captured.instanceId}`),
  });
});

test("a deleted account has lost the point", async () => {
  const azure = await startProd();
  const { captured } = await azure.database.capture();
  await azure.client.databaseAccounts.delete(azure.group, ACCOUNT, EAGER);
  expect(await azure.database.follow(captured, azure.cosmosdb.now())).toMatchObject({ kind: "failed" });
  expect(await azure.database.captureIfThere(azure.database.settings.account)).toBeUndefined();
});

test("what the catalog has of a backup must be understood", async () => {
  const { database } = await startProd();
  await expect(database.follow({ tables: [] }, 0)).rejects.toMatchObject({ code: "CATALOG_DAMAGED" });
});

test("the instance that lived at the second is found, not the one that has its name now", async () => {
  const azure = await startProd();
  const { connection } = azure.database;
  const { captured } = await azure.database.capture();
  const first = nowSecond(azure) + 1;
  ahead(azure, 60_000);
  await makeAgain(azure);
  ahead(azure, 120_000);
  const then = { account: ACCOUNT, instanceId: captured.instanceId, atSecond: first };
  const found = await findRestorable(connection, then);
  expect(found).toMatchObject({ instanceId: captured.instanceId, regions: ["Japan East"] });
  expect(found?.deletedSecond).toBeGreaterThan(first);
  expect(found && (await existedThen(connection, found, first))).toBeUndefined();
  const now = await findRestorable(connection, { ...then, atSecond: nowSecond(azure) });
  expect(now?.instanceId).not.toBe(captured.instanceId);
});

test("nothing is restorable at a second before the account", async () => {
  const azure = await startProd();
  const { instanceId } = azure.cosmosdb.account(ACCOUNT);
  const before = { account: ACCOUNT, instanceId, atSecond: nowSecond(azure) - 3_600 };
  expect(await findRestorable(azure.database.connection, before)).toBeUndefined();
});

test("a container that was added inside the retention did not exist before", async () => {
  const azure = await startProd();
  const { instanceId } = azure.cosmosdb.account(ACCOUNT);
  const before = nowSecond(azure) + 1;
  ahead(azure, 30_000);
  await makeContainer(azure, "bank", "added");
  ahead(azure, 60_000);
  const after = nowSecond(azure);
  const existed = async (atSecond: number) => {
    const { connection } = azure.database;
    const found = await findRestorable(connection, { account: ACCOUNT, instanceId, atSecond });
    return found && (await existedThen(connection, found, atSecond));
  };
  expect(await existed(before)).toEqual(
    expect.arrayContaining(["bank/accounts", "coordinator/state", "scalardb/metadata"]),
  );
  expect(await existed(before)).not.toContain("bank/added");
  expect(await existed(after)).toContain("bank/added");
});

test("a plan is covered once its seconds are in every backup, the later one in the coordinator's", async () => {
  const azure = await startProd();
  const { original, atSecond, later } = await planNow(azure);
  const { connection } = azure.database;
  expect(await isCovered(connection, original, { atSecond, later })).toBe("covered");
  const notYet = { ...later, atSecond: nowSecond(azure) + 60 };
  expect(await isCovered(connection, original, { atSecond, later: notYet })).toBe("pending");
  expect(await isCovered(connection, original, { atSecond: 1_000_000_000, later })).toBe("out-of-reach");
});

test.each([
  [["*"], [], true],
  [["Microsoft.DocumentDB/databaseAccounts/*"], [], true],
  [["*/read"], [], false],
  [["*"], ["Microsoft.DocumentDB/*/WRITE"], false],
])("a role of %j without %j grants a write: %s", (actions, notActions, granted) => {
  expect(grants({ actions, notActions }, "Microsoft.DocumentDB/databaseAccounts/write")).toBe(granted);
});

test("whoever may do everything misses nothing", async () => {
  const azure = await startProd();
  const { source } = await planNow(azure);
  expect(await missingPermissions(azure.database.connection, { restorable: { id: source } })).toEqual([]);
});

async function makeAgain(azure: Prod): Promise<void> {
  await azure.client.databaseAccounts.delete(azure.group, ACCOUNT, EAGER);
  await azure.cosmosdb.createAccount({ name: ACCOUNT });
  await makeContainers(azure);
}
