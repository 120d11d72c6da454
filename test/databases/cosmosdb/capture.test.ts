import { expect, test } from "vitest";
import { API, putResource } from "../../../shared/azure/arm/resource.ts";
import { CapturedCosmosdb } from "../../../shared/restore/cosmosdb/captured.ts";
import { EAGER } from "../../rehearsal/cosmosdb/azure.ts";
import { connectTo, makeContainer, PROCEDURE, startProd } from "./prod.ts";

test("a capture has every database and container with what it is set to and executes", async () => {
  const { database } = await startProd();
  const { captured, problems } = await database.capture();
  expect(problems).toEqual([]);
  expect(CapturedCosmosdb.parse(JSON.parse(JSON.stringify(captured)))).toEqual(captured);
  expect(captured.databases.map(({ name, throughput }) => [name, throughput])).toEqual([
    ["bank", { kind: "autoscale", mostUnits: 4000 }],
    ["coordinator", { kind: "manual", units: 400 }],
    ["scalardb", { kind: "manual", units: 400 }],
  ]);
  const state = captured.containers.find(({ coordinator }) => coordinator);
  expect(state).toMatchObject({ database: "coordinator", name: "state", storedProcedures: [PROCEDURE] });
  expect(JSON.parse(state?.indexingPolicy ?? "")).toMatchObject({ excludedPaths: [{ path: "/*" }] });
  expect(captured.settings).toMatchObject({ consistency: "Strong", tags: { team: "ledger" } });
  expect(captured.unread).toEqual([]);
});

test("identity names the instance, its databases and its containers, before and after alike", async () => {
  const { database } = await startProd();
  const first = await database.capture();
  const { identity, artifact, coveredFromSecond } = await database.identify();
  expect(identity).toEqual(first.identity);
  expect(identity[0]).toBe(first.captured.instanceId);
  expect(artifact).toBe("pending");
  expect(coveredFromSecond).toBeGreaterThan(1_000_000_000);
});

test("a container that was made again under its name is another one", async () => {
  const azure = await startProd();
  const before = await azure.database.identify();
  await azure.client.sqlResources.deleteSqlContainer(azure.group, "ledger", "bank", "accounts", EAGER);
  await makeContainer(azure, "bank", "accounts");
  expect((await azure.database.identify()).identity).not.toEqual(before.identity);
});

test("what may not be read is noted with the action that is missing", async () => {
  const azure = await startProd();
  azure.cosmosdb.faults.deny([
    "Microsoft.DocumentDB/databaseAccounts/sqlRoleAssignments/read",
    "Microsoft.Authorization/locks/read",
  ]);
  const { captured } = await azure.database.capture();
  expect(captured.unread.sort()).toEqual([
    "the locks (not allowed: Microsoft.Authorization/locks/read)",
    "the role assignments of the data plane (not allowed: Microsoft.DocumentDB/databaseAccounts/sqlRoleAssignments/read)",
  ]);
});

test("locks of the resource group are told beside those of the account", async () => {
  const azure = await startProd();
  const { connection } = azure.database;
  const group = `/subscriptions/${azure.cosmosdb.subscription}/resourceGroups/${azure.group}`;
  const lock = `${group}/providers/Microsoft.Authorization/locks/keep-all`;
  await putResource(connection, lock, API.locks, { properties: { level: "CanNotDelete" } });
  const { captured } = await azure.database.capture();
  expect(captured).toMatchObject({ locks: [], locksAbove: [{ id: lock, level: "CanNotDelete" }] });
});

test("an account without continuous backup is not worth a backup", async () => {
  const { database } = await startProd({}, { properties: { backupPolicy: { type: "Periodic" } } });
  expect((await database.identify()).problems).toEqual(['account "ledger" has no continuous backup']);
});

test("several write regions and a missing coordinator are problems", async () => {
  const azure = await startProd({}, { properties: { enableMultipleWriteLocations: true } });
  await azure.client.sqlResources.deleteSqlContainer(azure.group, "ledger", "coordinator", "state", EAGER);
  expect((await azure.database.identify()).problems).toEqual([
    expect.stringContaining("has several write regions"),
    expect.stringContaining('has no container "coordinator/state"'),
  ]);
});

test("whoever may not see what can be restored does not vouch for a backup", async () => {
  const azure = await startProd();
  azure.cosmosdb.faults.deny(["Microsoft.DocumentDB/locations/restorableDatabaseAccounts/read"]);
  const { problems } = await azure.database.identify();
  expect(problems).toEqual([expect.stringContaining("restorableDatabaseAccounts/read")]);
});

test("an account that is not there is named with its resource group", async () => {
  const azure = await startProd();
  await expect(connectTo(azure, "nobody").capture()).rejects.toMatchObject({
    code: "DATABASE_REFUSED",
    message: expect.stringContaining('no account "nobody"'),
  });
});

test("throttling of the management plane is waited out", async () => {
  const azure = await startProd();
  azure.cosmosdb.faults.throttle(1);
  expect((await azure.database.identify()).problems).toEqual([]);
});

test("the clock is that of the data, which is asked without any right", async () => {
  const azure = await startProd({}, { clockOffsetMs: 5_000 });
  const now = () => performance.timeOrigin + performance.now();
  const samples = await azure.database.probeClock(now, { budgetMs: 0 });
  for (const { sentMs, answeredMs, dateSecond } of samples) {
    expect(dateSecond * 1000 + 1000 - sentMs).toBeGreaterThan(4_900);
    expect(dateSecond * 1000 - answeredMs).toBeLessThan(5_100);
  }
  expect(samples.length).toBeGreaterThan(0);
});
