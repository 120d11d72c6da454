import { expect, test } from "vitest";
import { putResource } from "../../../shared/azure/arm/resource.ts";
import { readAccount } from "../../../shared/databases/cosmosdb/account.ts";
import { makeStrong } from "../../../shared/databases/cosmosdb/make-strong.ts";
import { openWay } from "../../../shared/databases/cosmosdb/open-way.ts";
import { applyContainer } from "../../../shared/databases/cosmosdb/settings/apply-container.ts";
import { compareAccount } from "../../../shared/databases/cosmosdb/settings/compare-account.ts";
import { RUN_TAG } from "../../../shared/restore/cosmosdb/settings.ts";
import { EAGER } from "../../rehearsal/cosmosdb/azure.ts";
import { ACCOUNT, makeContainer, PROCEDURE, type Prod, RUN, startProd } from "./prod.ts";
import { applyAll, restoreNow, TARGET, until } from "./restored.ts";

async function restoreSettings(azure: Prod) {
  const account = await restoreNow(azure);
  const { connection } = azure.database;
  await makeStrong(connection, TARGET);
  const refused: string[] = [];
  for (const container of account.original.containers)
    refused.push(...(await applyContainer(connection, TARGET, container)));
  return { account, refused };
}

test("a container gets its stored procedures back, and the comparison finds nothing any more", async () => {
  const azure = await startProd();
  const { account, refused } = await restoreSettings(azure);
  expect(refused).toEqual([]);
  expect(await compareAccount(azure.database, { account, takesOver: false })).toEqual({});
});

test("what was not put back is told by container", async () => {
  const azure = await startProd();
  const account = await restoreNow(azure);
  const differences = await compareAccount(azure.database, { account, takesOver: false });
  expect(differences["bank/accounts"]).toEqual([`stored procedure "${PROCEDURE.id}" is not there`]);
  expect(differences[""]).toEqual(["default consistency: is Session, must be Strong"]);
});

test("a stored procedure that says something else is written over", async () => {
  const azure = await startProd();
  const { account } = await restoreSettings(azure);
  const at = [azure.group, TARGET, "bank", "accounts", PROCEDURE.id] as const;
  const resource = { id: PROCEDURE.id, body: "function another() {}" };
  await azure.client.sqlResources.createUpdateSqlStoredProcedure(...at, { resource }, EAGER);
  const [container] = account.original.containers.filter(({ name }) => name === "accounts");
  if (container !== undefined) await applyContainer(azure.database.connection, TARGET, container);
  expect(await compareAccount(azure.database, { account, takesOver: false })).toEqual({});
});

test("triggers, functions and an indexing policy come back with what they say", async () => {
  const azure = await startProd();
  const at = [azure.group, ACCOUNT, "bank", "accounts"] as const;
  const body = "function f() {}";
  const trigger = { id: "t", body, triggerType: "Pre", triggerOperation: "All" };
  await azure.client.sqlResources.createUpdateSqlTrigger(...at, "t", { resource: trigger }, EAGER);
  const resource = { id: "f", body };
  await azure.client.sqlResources.createUpdateSqlUserDefinedFunction(...at, "f", { resource }, EAGER);
  const { account } = await restoreSettings(azure);
  expect(account.original.containers.find(({ name }) => name === "accounts")).toMatchObject({
    triggers: [{ id: "t", body, type: "Pre", operation: "All" }],
    functions: [{ id: "f", body }],
  });
  expect(await compareAccount(azure.database, { account, takesOver: false })).toEqual({});
});

test("throughputs that the restore has changed come back", async () => {
  const azure = await startProd();
  azure.cosmosdb.faults.restoresScaleDown = true;
  const { account } = await restoreSettings(azure);
  expect(Object.keys(await compareAccount(azure.database, { account, takesOver: false }))).toEqual([""]);
  expect(await applyAll(azure, account)).toEqual([]);
  expect(await compareAccount(azure.database, { account, takesOver: false })).toEqual({});
});

test("an account that takes over gets all that the original has, and keeps the run's tag", async () => {
  const azure = await startProd();
  await decorate(azure);
  const { account } = await restoreSettings(azure);
  const { connection } = azure.database;
  await until(() => openWay(connection, { account, name: TARGET, run: RUN }));
  expect(await applyAll(azure, account)).toEqual([]);
  expect(await compareAccount(azure.database, { account, takesOver: true })).toEqual({});
  const restored = await readAccount(connection, TARGET);
  expect(restored?.tags).toEqual({ team: "ledger", [RUN_TAG]: RUN });
  expect(restored?.ipRules).toEqual([{ ipAddressOrRange: "10.1.2.3" }]);
  expect(restored).toMatchObject({ enableBurstCapacity: true, defaultPriorityLevel: "Low" });
});

test("putting the settings back once more changes nothing", async () => {
  const azure = await startProd();
  await decorate(azure);
  const { account } = await restoreSettings(azure);
  await applyAll(azure, account);
  expect(await applyAll(azure, account)).toEqual([]);
  expect(await compareAccount(azure.database, { account, takesOver: true })).toEqual({});
});

test("what may not be put back is told, and the rest comes back", async () => {
  const azure = await startProd();
  await decorate(azure);
  const { account } = await restoreSettings(azure);
  azure.cosmosdb.faults.deny(["Microsoft.Authorization/locks/write"]);
  expect(await applyAll(azure, account)).toEqual([
    expect.stringContaining("may not Microsoft.Authorization/locks/write"),
  ]);
  expect(await compareAccount(azure.database, { account, takesOver: true })).toEqual({
    "": ['lock "keep" is not there'],
  });
});

const PRINCIPAL = "33333333-3333-3333-3333-333333333333";

/** Everything that a restore loses. */
async function decorate(azure: Prod): Promise<void> {
  const { client, group, database } = azure;
  const { connection } = database;
  const id = azure.cosmosdb.account(ACCOUNT).name && (await readAccount(connection, ACCOUNT))?.id;
  await client.databaseAccounts.update(
    group,
    ACCOUNT,
    {
      ipRules: [{ ipAddressOrRange: "10.1.2.3" }],
      minimalTlsVersion: "Tls12",
      cors: [{ allowedOrigins: "https://example.com" }],
      capacity: { totalThroughputLimit: 10_000 },
      enableBurstCapacity: true,
      enablePartitionMerge: true,
      enablePriorityBasedExecution: true,
      defaultPriorityLevel: "Low",
    },
    EAGER,
  );
  await makeContainer(azure, "bank", "expiring", { defaultTtl: 3_600 });
  const { sqlResources } = client;
  const role = "44444444-4444-4444-4444-444444444444";
  const definition = {
    roleName: "reader of the bank",
    type: "CustomRole" as const,
    assignableScopes: [`${id}`],
    permissions: [{ dataActions: ["Microsoft.DocumentDB/databaseAccounts/readMetadata"] }],
  };
  await sqlResources.createUpdateSqlRoleDefinition(group, ACCOUNT, role, definition, EAGER);
  const assignment = {
    roleDefinitionId: `${id}/sqlRoleDefinitions/${role}`,
    scope: `${id}/dbs/bank`,
    principalId: PRINCIPAL,
  };
  const name = "55555555-5555-5555-5555-555555555555";
  await sqlResources.createUpdateSqlRoleAssignment(group, ACCOUNT, name, assignment, EAGER);
  const under = (type: string) => `${id}/providers/${type}`;
  await putResource(connection, under("Microsoft.Insights/diagnosticSettings/audit"), "2021-05-01-preview", {
    properties: { workspaceId: "/w", logs: [{ category: "DataPlaneRequests", enabled: true }] },
  });
  const access = "66666666-6666-6666-6666-666666666666";
  await putResource(connection, under(`Microsoft.Authorization/roleAssignments/${access}`), "2022-04-01", {
    properties: {
      roleDefinitionId: "/providers/roles/reader",
      principalId: PRINCIPAL,
      principalType: "User",
    },
  });
  await putResource(connection, under("Microsoft.Authorization/locks/keep"), "2020-05-01", {
    properties: { level: "CanNotDelete" },
  });
}
