import { expect, test } from "vitest";
import {
  ahead,
  asset,
  assets,
  createContainer,
  createDatabase,
  EAGER,
  FOR_LONG_MS,
  refusal,
  start,
  startLedger,
} from "./azure.ts";

test("an account is created, found, changed and deleted by the unchanged client", async () => {
  const { client, group } = await start();
  const locations = [{ locationName: "Japan East", failoverPriority: 0 }];
  const created = await client.databaseAccounts.createOrUpdate(
    group,
    "ledger",
    { location: "Japan East", databaseAccountOfferType: "Standard", locations, tags: { team: "a" } },
    EAGER,
  );
  expect(created).toMatchObject({ provisioningState: "Succeeded", tags: { team: "a" } });
  expect(created.consistencyPolicy?.defaultConsistencyLevel).toBe("Session");
  const strong = { consistencyPolicy: { defaultConsistencyLevel: "Strong" as const } };
  await client.databaseAccounts.update(group, "ledger", strong, EAGER);
  const changed = await client.databaseAccounts.get(group, "ledger");
  expect(changed.consistencyPolicy?.defaultConsistencyLevel).toBe("Strong");
  await client.databaseAccounts.delete(group, "ledger", EAGER);
  await refusal(client.databaseAccounts.get(group, "ledger"), "ResourceNotFound");
});

test("keys are listed, the read-only ones by themselves too", async () => {
  const { client, group, ledger } = await startLedger();
  const keys = await client.databaseAccounts.listKeys(group, "ledger");
  expect(keys.primaryMasterKey).toBe(ledger.keys.primaryMasterKey);
  const readOnly = await client.databaseAccounts.listReadOnlyKeys(group, "ledger");
  expect(readOnly.primaryReadonlyMasterKey).toBe(ledger.keys.primaryReadonlyMasterKey);
});

test("an account is changed by one operation at a time", async () => {
  const { client, group } = await startLedger({ updateAccountMs: FOR_LONG_MS });
  const change = () => client.databaseAccounts.update(group, "ledger", { tags: { a: "b" } }, EAGER);
  await change().submitted();
  await refusal(change().submitted(), "PreconditionFailed");
});

test("databases, containers and their throughputs are read back as they were made", async () => {
  const azure = await startLedger();
  const { client, group } = azure;
  const throughput = await client.sqlResources.getSqlDatabaseThroughput(group, "ledger", "scalar");
  expect(throughput.resource?.throughput).toBe(400);
  await refusal(
    client.sqlResources.getSqlContainerThroughput(group, "ledger", "scalar", "asset"),
    "NotFound",
  );
  const container = await client.sqlResources.getSqlContainer(group, "ledger", "scalar", "asset");
  expect(container.resource).toMatchObject({ id: "asset", indexingPolicy: { automatic: true } });
  expect(container.resource?.rid).toBeTruthy();
  const autoscale = { resource: { id: "big" }, options: { autoscaleSettings: { maxThroughput: 4000 } } };
  await client.sqlResources.createUpdateSqlDatabase(group, "ledger", "big", autoscale, EAGER);
  const big = await client.sqlResources.getSqlDatabaseThroughput(group, "ledger", "big");
  expect(big.resource?.autoscaleSettings?.maxThroughput).toBe(4000);
});

test("a throughput changes its kind by migration only", async () => {
  const { client, group } = await startLedger();
  const { sqlResources } = client;
  const autoscale = { resource: { autoscaleSettings: { maxThroughput: 4000 } } };
  const change = sqlResources.updateSqlDatabaseThroughput(group, "ledger", "scalar", autoscale, EAGER);
  await refusal(change, "BadRequest");
  await sqlResources.migrateSqlDatabaseToAutoscale(group, "ledger", "scalar", EAGER);
  await sqlResources.updateSqlDatabaseThroughput(group, "ledger", "scalar", autoscale, EAGER);
  const { resource } = await sqlResources.getSqlDatabaseThroughput(group, "ledger", "scalar");
  expect(resource?.autoscaleSettings?.maxThroughput).toBe(4000);
});

test("stored procedures, triggers and functions are kept with their bodies", async () => {
  const { client, group, ledger } = await startLedger();
  const at = [group, "ledger", "scalar", "asset"] as const;
  const { sqlResources } = client;
  const procedure = { resource: { id: "mutate.js", body: "function mutate() {}" } };
  await sqlResources.createUpdateSqlStoredProcedure(...at, "mutate.js", procedure, EAGER);
  const trigger = { id: "t", body: "function t() {}", triggerType: "Pre", triggerOperation: "Create" };
  await sqlResources.createUpdateSqlTrigger(...at, "t", { resource: trigger }, EAGER);
  const udf = { resource: { id: "u", body: "function u() {}" } };
  await sqlResources.createUpdateSqlUserDefinedFunction(...at, "u", udf, EAGER);
  const kept = await sqlResources.getSqlStoredProcedure(...at, "mutate.js");
  expect(kept.resource?.body).toBe("function mutate() {}");
  expect(await namesOf(sqlResources.listSqlTriggers(...at))).toEqual(["t"]);
  expect(await namesOf(sqlResources.listSqlUserDefinedFunctions(...at))).toEqual(["u"]);
  const { resources } = await assets(ledger).scripts.storedProcedures.readAll().fetchAll();
  expect(resources.map(({ id, body }) => [id, body])).toEqual([["mutate.js", "function mutate() {}"]]);
});

async function namesOf(list: AsyncIterable<{ name?: string }>): Promise<readonly (string | undefined)[]> {
  const names: (string | undefined)[] = [];
  for await (const { name } of list) names.push(name);
  return names;
}

test("the latest restorable timestamp trails what was written last, and is the clock where nothing was", async () => {
  const azure = await startLedger();
  expect(await latest(azure)).toBe("1970-01-01T00:00:00Z");
  ahead(azure, 200_000);
  expect(Math.abs(Date.parse(await latest(azure)) - azure.cosmosdb.now())).toBeLessThan(2_000);
  await assets(azure.ledger).items.create(asset("a", 0));
  const writtenMs = azure.cosmosdb.now();
  ahead(azure, 90_000);
  const behind = Date.parse(await latest(azure));
  expect(behind).toBeLessThan(writtenMs);
  ahead(azure, 20_000);
  expect(Date.parse(await latest(azure))).toBeGreaterThan(writtenMs);
});

test("the latest restorable timestamp comes in the format of the United States where it is set so", async () => {
  const azure = await startLedger();
  azure.cosmosdb.faults.unitedStatesTimestamps = true;
  expect(await latest(azure)).toBe("1/1/1970 12:00:00 AM");
});

async function latest({ client, group }: Awaited<ReturnType<typeof startLedger>>): Promise<string> {
  const answer = await client.sqlResources.retrieveContinuousBackupInformation(
    group,
    "ledger",
    "scalar",
    "asset",
    { location: "japaneast" },
    EAGER,
  );
  return String(answer.continuousBackupInformation?.latestRestorableTimestamp);
}

test("a deleted account stays restorable, and one made again under its name is another", async () => {
  const azure = await startLedger();
  const { client, cosmosdb, group, ledger } = azure;
  await client.databaseAccounts.delete(group, "ledger", EAGER);
  const again = await cosmosdb.createAccount({ name: "ledger" });
  const accounts = [];
  for await (const account of client.restorableDatabaseAccounts.list()) accounts.push(account);
  expect(accounts.map(({ name, deletionTime }) => [name, deletionTime !== undefined])).toEqual([
    [ledger.instanceId, true],
    [again.instanceId, false],
  ]);
  expect(accounts[0]?.restorableLocations?.[0]?.locationName).toBe("Japan East");
});

test("an account with periodic backups is not restorable", async () => {
  const { client, cosmosdb } = await start();
  await cosmosdb.createAccount({ name: "ledger", properties: { backupPolicy: { type: "Periodic" } } });
  expect(await namesOf(client.restorableDatabaseAccounts.listByLocation("japaneast"))).toEqual([]);
});

test("what could be restored at a time is what was there at that time", async () => {
  const azure = await startLedger();
  const { client, cosmosdb, ledger } = azure;
  ahead(azure, 10_000);
  const before = new Date(cosmosdb.now() - 5_000).toISOString();
  await createContainer(azure, "later");
  await createDatabase(azure, "other");
  const at = async (restoreTimestampInUtc: string) => {
    const options = { restoreTimestampInUtc, restoreLocation: "Japan East" };
    const found = [];
    for await (const resource of client.restorableSqlResources.list("japaneast", ledger.instanceId, options))
      found.push([resource.databaseName, resource.collectionNames]);
    return found;
  };
  expect(await at(before)).toEqual([["scalar", ["asset"]]]);
  expect(await at(new Date(cosmosdb.now()).toISOString())).toEqual([
    ["scalar", ["asset", "later"]],
    ["other", []],
  ]);
});
