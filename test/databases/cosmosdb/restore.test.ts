import { expect, test } from "vitest";
import { readAccount } from "../../../shared/databases/cosmosdb/account.ts";
import { deleteAccount } from "../../../shared/databases/cosmosdb/delete-account.ts";
import { makeStrong } from "../../../shared/databases/cosmosdb/make-strong.ts";
import { observeAccounts } from "../../../shared/databases/cosmosdb/observe-accounts.ts";
import { openWay } from "../../../shared/databases/cosmosdb/open-way.ts";
import { nameTaken, startAccount } from "../../../shared/databases/cosmosdb/restore-account.ts";
import { readSchemas } from "../../../shared/databases/cosmosdb/row-schema.ts";
import { RUN_TAG } from "../../../shared/restore/cosmosdb/settings.ts";
import { DEFAULT_NAMESPACES } from "../../../shared/verify/table-role.ts";
import { ahead, FOR_LONG_MS } from "../../rehearsal/cosmosdb/azure.ts";
import { ACCOUNT, fill, nowSecond, RUN, startProd } from "./prod.ts";
import { LATER, planNow, restoreNow, TARGET, until } from "./restored.ts";

const WRITE = "Microsoft.DocumentDB/databaseAccounts/write";

test("a restored account is closed, without time to live, and carries the run", async () => {
  const azure = await startProd();
  await restoreNow(azure);
  const account = await readAccount(azure.database.connection, TARGET);
  expect(account).toMatchObject({
    provisioningState: "Succeeded",
    publicNetworkAccess: "Disabled",
    tags: { [RUN_TAG]: RUN },
    restoreParameters: { restoreWithTtlDisabled: true },
  });
});

test("the later account has the coordinator's database alone", async () => {
  const azure = await startProd();
  const account = await planNow(azure);
  const { connection } = azure.database;
  await startAccount(connection, { account, run: RUN, of: "later" });
  await until(() => observeAccounts(connection, [{ name: LATER }]));
  const databases = azure.client.sqlResources.listSqlDatabases(azure.group, LATER);
  const names: string[] = [];
  for await (const { name = "" } of databases) names.push(name);
  expect(names).toEqual(["coordinator"]);
});

test("a restore that was begun by an earlier try is not begun again", async () => {
  const azure = await startProd({ restoreLeastMs: FOR_LONG_MS, restoreMostMs: FOR_LONG_MS });
  const account = await planNow(azure);
  const { connection } = azure.database;
  const first = await startAccount(connection, { account, run: RUN, of: "copy" });
  expect(first.operation).toMatch(/^https:\/\/127\.0\.0\.1/);
  expect(await startAccount(connection, { account, run: RUN, of: "copy" })).toEqual({});
});

test("a restore whose answer was lost is found under its name", async () => {
  const azure = await startProd();
  const account = await planNow(azure);
  azure.cosmosdb.faults.loseAnswers(WRITE, 1);
  expect(await startAccount(azure.database.connection, { account, run: RUN, of: "copy" })).toEqual({});
});

test("an account of that name that another run has made is left alone", async () => {
  const azure = await startProd();
  const account = await planNow(azure);
  await azure.cosmosdb.createAccount({ name: TARGET, tags: { [RUN_TAG]: "another" } });
  const starting = startAccount(azure.database.connection, { account, run: RUN, of: "copy" });
  await expect(starting).rejects.toMatchObject({ code: "PLAN_OUTDATED" });
});

test("a name is taken where anybody in Azure has it", async () => {
  const { cosmosdb, database } = await startProd();
  cosmosdb.faults.takenNames.add(TARGET);
  expect(await nameTaken(database.connection, TARGET)).toBe(true);
  expect(await nameTaken(database.connection, ACCOUNT)).toBe(true);
  expect(await nameTaken(database.connection, LATER)).toBe(false);
});

test("a name is looked for among our own accounts where the service may not tell of all", async () => {
  const { cosmosdb, database } = await startProd();
  cosmosdb.faults.deny(["Microsoft.DocumentDB/databaseAccountNames/read"]);
  expect(await nameTaken(database.connection, ACCOUNT)).toBe(true);
  expect(await nameTaken(database.connection, LATER)).toBe(false);
});

test("a second with a fraction is refused before anything is asked", async () => {
  const azure = await startProd();
  const account = { ...(await planNow(azure)), atSecond: 1_790_000_000.5 };
  const starting = startAccount(azure.database.connection, { account, run: RUN, of: "copy" });
  await expect(starting).rejects.toMatchObject({ message: expect.stringContaining("1790000000.5") });
  expect(await readAccount(azure.database.connection, TARGET)).toBeUndefined();
});

test("a missing permission to restore is named", async () => {
  const azure = await startProd();
  const account = await planNow(azure);
  const action = "Microsoft.DocumentDB/locations/restorableDatabaseAccounts/restore/action";
  azure.cosmosdb.faults.deny([action]);
  const starting = startAccount(azure.database.connection, { account, run: RUN, of: "copy" });
  await expect(starting).rejects.toMatchObject({
    code: "DATABASE_DENIED",
    message: expect.stringContaining(`may not ${action}`),
  });
});

test("an account that never leaves Creating is never done, and no failure either", async () => {
  const azure = await startProd();
  const account = await planNow(azure);
  azure.cosmosdb.faults.restoresHang = true;
  const { connection } = azure.database;
  const { operation = "" } = await startAccount(connection, { account, run: RUN, of: "copy" });
  for (let look = 0; look < 3; look++)
    expect(await observeAccounts(connection, [{ name: TARGET, operation }])).toEqual({ done: false });
});

test.each([
  ["of an older version", 'poller:{"state":1}'],
  ["to elsewhere", "https://example.invalid/operations/1"],
  ["that nobody knows any more", "/subscriptions/x/operationsStatus/none"],
])("an operation address %s is done without", async (_, operation) => {
  const azure = await startProd();
  await restoreNow(azure);
  const { connection } = azure.database;
  expect(await observeAccounts(connection, [{ name: TARGET, operation }])).toEqual({ done: true });
});

test("a stale operation of the service itself is done without", async () => {
  const azure = await startProd({ restoreLeastMs: FOR_LONG_MS, restoreMostMs: FOR_LONG_MS });
  const account = await planNow(azure);
  const { connection } = azure.database;
  await startAccount(connection, { account, run: RUN, of: "copy" });
  const { armEndpoint, subscription } = azure.cosmosdb;
  const operation = `${armEndpoint}/subscriptions/${subscription}/providers/Microsoft.DocumentDB/locations/japaneast/operationsStatus/gone?api-version=2026-03-15`;
  expect(await observeAccounts(connection, [{ name: TARGET, operation }])).toEqual({ done: false });
});

test("a restore that the service gives up fails with the service's reason", async () => {
  const azure = await startProd();
  const account = await planNow(azure);
  const { connection } = azure.database;
  // What was just written is in no backup yet, and the second comes after it.
  await fill(azure, 1);
  ahead(azure, 5_000);
  const tooLate = { ...account, atSecond: nowSecond(azure) - 1 };
  const { operation = "" } = await startAccount(connection, { account: tooLate, run: RUN, of: "copy" });
  const waiting = until(() => observeAccounts(connection, [{ name: TARGET, operation }]));
  await expect(waiting).rejects.toMatchObject({
    code: "DATABASE_REFUSED",
    message: expect.stringMatching(/gave up restoring account "ledger-sp-12345678" \(Failed\): \w/),
  });
});

test("an account that somebody deleted meanwhile is no longer waited for", async () => {
  const { database } = await startProd();
  const looking = observeAccounts(database.connection, [{ name: TARGET }]);
  await expect(looking).rejects.toMatchObject({ message: expect.stringContaining("not there any more") });
});

test("the default consistency level is set to Strong and read back, however often", async () => {
  const azure = await startProd();
  await restoreNow(azure);
  const { connection } = azure.database;
  expect(await levelOf(azure)).not.toBe("Strong");
  await makeStrong(connection, TARGET);
  await makeStrong(connection, TARGET);
  expect(await levelOf(azure)).toBe("Strong");
});

test("the one way is an address rule, and the data answers by it", async () => {
  const azure = await startProd();
  await fill(azure, 3);
  const account = await restoreNow(azure);
  const { connection } = azure.database;
  await makeStrong(connection, TARGET);
  const tries = await until(() => openWay(connection, { account, name: TARGET, run: RUN }));
  expect(tries).toBeGreaterThan(1);
  const where = { account: TARGET, metadataNamespace: "scalardb", namespaces: DEFAULT_NAMESPACES };
  expect((await readSchemas(connection, where)).map(({ table }) => table)).toEqual(["accounts"]);
});

test("an account that another run has made is not opened", async () => {
  const azure = await startProd();
  const account = await restoreNow(azure);
  const opening = openWay(azure.database.connection, { account, name: TARGET, run: "another" });
  await expect(opening).rejects.toMatchObject({ code: "PLAN_OUTDATED" });
});

test("an account of the run is deleted, and nothing that does not carry its tag", async () => {
  const azure = await startProd();
  await restoreNow(azure);
  const { connection } = azure.database;
  const another = deleteAccount(connection, { name: TARGET, run: "another" });
  await expect(another).rejects.toMatchObject({ code: "RESTORE_BLOCKED" });
  const original = deleteAccount(connection, { name: ACCOUNT, run: RUN });
  await expect(original).rejects.toMatchObject({ code: "RESTORE_BLOCKED" });
  await until(() => deleteAccount(connection, { name: TARGET, run: RUN }));
  expect(await readAccount(connection, TARGET)).toBeUndefined();
  expect(await readAccount(connection, ACCOUNT)).toBeDefined();
});

test("the account of the configuration stays even where it carries the run's tag", async () => {
  const azure = await startProd();
  const tags = { [RUN_TAG]: RUN };
  await azure.client.databaseAccounts.update(azure.group, ACCOUNT, { tags }, { updateIntervalInMs: 1 });
  const deleting = deleteAccount(azure.database.connection, { name: ACCOUNT, run: RUN });
  await expect(deleting).rejects.toMatchObject({ message: expect.stringContaining("of the configuration") });
});

test("a guard that throws keeps an account", async () => {
  const azure = await startProd();
  await restoreNow(azure);
  const { connection } = azure.database;
  const guard = () => Promise.reject(new Error("overtaken"));
  await expect(deleteAccount(connection, { name: TARGET, run: RUN, guard })).rejects.toThrow("overtaken");
  expect(await readAccount(connection, TARGET)).toBeDefined();
});

async function levelOf({ database }: Awaited<ReturnType<typeof startProd>>) {
  const account = await readAccount(database.connection, TARGET);
  return account?.consistencyPolicy?.defaultConsistencyLevel;
}
