import { expect, test } from "vitest";
import {
  addPrivateEndpoint,
  ahead,
  asset,
  assets,
  createContainer,
  documents,
  EAGER,
  idOf,
  refusal,
  resources,
  restore,
  second,
  startLedger,
} from "./azure.ts";

const ROLE = "33333333-3333-3333-3333-333333333333";
const SUBNET = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v/subnets/s";

/** An account with everything that an account can have. */
async function fullAccount() {
  const azure = await startLedger({}, { tags: { team: "a" }, identity: { type: "SystemAssigned" } });
  const { client, cosmosdb, group } = azure;
  const { sqlResources, databaseAccounts } = client;
  const at = [group, "ledger", "scalar", "asset"] as const;
  const script = { id: "mutate.js", body: "function mutate() {}" };
  await sqlResources.createUpdateSqlStoredProcedure(...at, "mutate.js", { resource: script }, EAGER);
  const trigger = { id: "t", body: "function t() {}", triggerType: "Pre", triggerOperation: "All" };
  await sqlResources.createUpdateSqlTrigger(...at, "t", { resource: trigger }, EAGER);
  const udf = { id: "u", body: "function u() {}" };
  await sqlResources.createUpdateSqlUserDefinedFunction(...at, "u", { resource: udf }, EAGER);
  const assignment = {
    principalId: cosmosdb.principalId,
    scope: idOf(azure, "ledger"),
    roleDefinitionId: `${idOf(azure, "ledger")}/sqlRoleDefinitions/00000000-0000-0000-0000-000000000001`,
  };
  await sqlResources.createUpdateSqlRoleAssignment(group, "ledger", ROLE, assignment, EAGER);
  const locations = ["Japan East", "Japan West"].map((locationName, failoverPriority) => ({
    locationName,
    failoverPriority,
  }));
  await databaseAccounts.update(group, "ledger", { locations }, EAGER);
  await addPrivateEndpoint(azure, "ledger");
  const settings = { body: { properties: { workspaceId: "w" } } };
  const diagnostics = "providers/Microsoft.Insights/diagnosticSettings/audit";
  await resources(azure)
    .path(`${idOf(azure, "ledger")}/${diagnostics}`)
    .put(settings);
  const rules = {
    ipRules: [{ ipAddressOrRange: "127.0.0.1" }],
    virtualNetworkRules: [{ id: SUBNET }],
    isVirtualNetworkFilterEnabled: true,
  };
  await databaseAccounts.update(group, "ledger", rules, EAGER);
  await assets(azure.ledger).items.create(asset("a", 0, 1));
  return azure;
}

async function restored(azure: Awaited<ReturnType<typeof startLedger>>, parameters: object = {}) {
  ahead(azure, 5_000);
  const at = second(azure.cosmosdb.now() - 2_000);
  ahead(azure, 200_000);
  const differently = { consistencyPolicy: { defaultConsistencyLevel: "Strong" } };
  await restore(azure, { from: azure.ledger, to: "restored", at }, differently, parameters);
  return azure.client.databaseAccounts.get(azure.group, "restored");
}

async function countOf(list: AsyncIterable<unknown>): Promise<number> {
  let count = 0;
  for await (const _ of list) count++;
  return count;
}

test("a restored account has neither the network rules, nor the regions, tags or identity of its source", async () => {
  const account = await restored(await fullAccount());
  expect(account).toMatchObject({
    ipRules: [],
    virtualNetworkRules: [],
    isVirtualNetworkFilterEnabled: false,
    publicNetworkAccess: "Enabled",
    minimalTlsVersion: "Tls",
    tags: {},
    identity: { type: "None" },
  });
  expect(account.privateEndpointConnections).toBeUndefined();
  expect(account.readLocations?.map(({ locationName }) => locationName)).toEqual(["Japan East"]);
});

test("a restored account is not Strong, whatever its source was and the request said", async () => {
  const azure = await fullAccount();
  const source = await azure.client.databaseAccounts.get(azure.group, "ledger");
  expect(source.consistencyPolicy?.defaultConsistencyLevel).toBe("Strong");
  const account = await restored(azure);
  expect(account.consistencyPolicy?.defaultConsistencyLevel).toBe("Session");
});

test("a restored account has no scripts, no data-plane roles and no diagnostic settings", async () => {
  const azure = await fullAccount();
  await restored(azure);
  const { sqlResources } = azure.client;
  const lists = (account: string) => {
    const at = [azure.group, account, "scalar", "asset"] as const;
    return [
      sqlResources.listSqlStoredProcedures(...at),
      sqlResources.listSqlTriggers(...at),
      sqlResources.listSqlUserDefinedFunctions(...at),
      sqlResources.listSqlRoleAssignments(azure.group, account),
    ];
  };
  expect(await Promise.all(lists("ledger").map(countOf))).toEqual([1, 1, 1, 1]);
  expect(await Promise.all(lists("restored").map(countOf))).toEqual([0, 0, 0, 0]);
  const settings = (account: string) =>
    resources(azure)
      .path(`${idOf(azure, account)}/providers/Microsoft.Insights/diagnosticSettings`)
      .get();
  expect((await settings("ledger")).body.value).toHaveLength(1);
  expect((await settings("restored")).body.value).toEqual([]);
});

test("a restored account has other keys, and its writes through ScalarDB's procedure fail", async () => {
  const azure = await fullAccount();
  await restored(azure);
  const copy = azure.cosmosdb.account("restored");
  await refusal(documents(copy, azure.ledger.keys.primaryMasterKey).databases.readAll().fetchAll(), 401);
  const procedure = assets(copy).scripts.storedProcedure("mutate.js");
  await refusal(procedure.execute("a", [1, 0, asset("a", 0), "select * from Record r"]), 404);
});

test("throughputs come back as they were, unless they are set to differ", async () => {
  const azure = await startLedger();
  await restored(azure);
  const of = async (account: string) => {
    const settings = await azure.client.sqlResources.getSqlDatabaseThroughput(azure.group, account, "big");
    return settings.resource;
  };
  const { sqlResources } = azure.client;
  const big = { resource: { id: "big" }, options: { autoscaleSettings: { maxThroughput: 4000 } } };
  await sqlResources.createUpdateSqlDatabase(azure.group, "ledger", "big", big, EAGER);
  ahead(azure, 5_000);
  const at = second(azure.cosmosdb.now() - 2_000);
  ahead(azure, 200_000);
  await restore(azure, { from: azure.ledger, to: "same", at });
  azure.cosmosdb.faults.restoresScaleDown = true;
  await restore(azure, { from: azure.ledger, to: "less", at });
  expect((await of("same"))?.autoscaleSettings?.maxThroughput).toBe(4000);
  expect((await of("less"))?.throughput).toBe(400);
});

test("documents that expired meanwhile come back only where the time to live is off", async () => {
  const azure = await startLedger();
  await createContainer(azure, "brief", 10);
  const brief = (account: typeof azure.ledger) => documents(account).database("scalar").container("brief");
  await brief(azure.ledger).items.create(asset("a", 0, 1));
  ahead(azure, 5_000);
  const at = second(azure.cosmosdb.now() - 2_000);
  ahead(azure, 200_000);
  const options = { from: azure.ledger, at };
  await restore(azure, { ...options, to: "expiring" });
  await restore(azure, { ...options, to: "kept" }, {}, { restoreWithTtlDisabled: true });
  const left = async (account: string) => {
    const container = brief(azure.cosmosdb.account(account));
    const { resource } = await container.read();
    return [resource?.defaultTtl, (await container.items.readAll().fetchAll()).resources.length];
  };
  expect(await left("expiring")).toEqual([10, 0]);
  expect(await left("kept")).toEqual([undefined, 1]);
});

test("a restore of some containers leaves the others out", async () => {
  const azure = await startLedger();
  await createContainer(azure, "other");
  const databasesToRestore = [{ databaseName: "scalar", collectionNames: ["asset"] }];
  await restored(azure, { databasesToRestore });
  const containers = azure.client.sqlResources.listSqlContainers(azure.group, "restored", "scalar");
  expect(await countOf(containers)).toBe(1);
});
