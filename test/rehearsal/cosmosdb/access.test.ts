import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { CosmosClient } from "@azure/cosmos";
import { DefaultAzureCredential } from "@azure/identity";
import { expect, test } from "vitest";
import {
  addPrivateEndpoint,
  asset,
  assets,
  documents,
  EAGER,
  idOf,
  refusal,
  resources,
  startLedger,
} from "./azure.ts";

const ROLE = "33333333-3333-3333-3333-333333333333";
const READER = "00000000-0000-0000-0000-000000000001";

async function withToken() {
  const azure = await startLedger();
  const client = new CosmosClient({
    endpoint: azure.ledger.documentEndpoint,
    aadCredentials: new DefaultAzureCredential(),
    connectionPolicy: { enableEndpointDiscovery: false },
  });
  const assign = (definition: string, scope = "") =>
    azure.client.sqlResources.createUpdateSqlRoleAssignment(
      azure.group,
      "ledger",
      ROLE,
      {
        principalId: azure.cosmosdb.principalId,
        scope: `${idOf(azure, "ledger")}${scope}`,
        roleDefinitionId: `${idOf(azure, "ledger")}/sqlRoleDefinitions/${definition}`,
      },
      EAGER,
    );
  return { ...azure, container: client.database("scalar").container("asset"), assign };
}

test("a token reads nothing without a data-plane role", async () => {
  const { container } = await withToken();
  const error = await refusal(container.items.query("SELECT * FROM c").fetchAll(), 403);
  expect(error["substatus"]).toBe(5301);
});

test("a token with the reader's role queries and cannot write", async () => {
  const { container, assign, ledger } = await withToken();
  await assets(ledger).items.create(asset("a", 0));
  await assign(READER);
  expect((await container.items.query("SELECT * FROM c").fetchAll()).resources).toHaveLength(1);
  await refusal(container.items.create(asset("b", 0)), 403);
});

test("a role holds within its scope", async () => {
  const { container, assign } = await withToken();
  await assign(READER, "/dbs/other");
  await refusal(container.items.query("SELECT * FROM c").fetchAll(), 403);
});

test("a token never reads the definitions of scripts, whatever its role", async () => {
  const { container, assign } = await withToken();
  await assign("00000000-0000-0000-0000-000000000002");
  const error = await refusal(container.scripts.storedProcedures.readAll().fetchAll(), 403);
  expect(error["substatus"]).toBe(5300);
});

test("an account that wants tokens refuses keys", async () => {
  const { client, group, ledger } = await startLedger();
  await client.databaseAccounts.update(group, "ledger", { disableLocalAuth: true }, EAGER);
  await refusal(documents(ledger).databases.readAll().fetchAll(), 401);
});

test.each([
  ["public access is disabled", { publicNetworkAccess: "Disabled" }],
  ["its address rules name others", { ipRules: [{ ipAddressOrRange: "10.0.0.0/8" }] }],
])("an account is closed where %s", async (_, properties) => {
  const { ledger } = await startLedger({}, { properties });
  const error = await refusal(documents(ledger).databases.readAll().fetchAll(), 403);
  expect(error.message).toContain("Request originated from IP 127.0.0.1 through public internet");
});

test("an account is open to an address in its rules", async () => {
  const properties = { ipRules: [{ ipAddressOrRange: "127.0.0.0/24" }] };
  const { ledger } = await startLedger({}, { properties });
  expect((await documents(ledger).databases.readAll().fetchAll()).resources).toHaveLength(1);
});

test("a private endpoint opens a closed account, and is one of its connections", async () => {
  const azure = await startLedger({}, { properties: { publicNetworkAccess: "Disabled" } });
  const id = await addPrivateEndpoint(azure, "ledger");
  expect((await documents(azure.ledger).databases.readAll().fetchAll()).resources).toHaveLength(1);
  const account = await azure.client.databaseAccounts.get(azure.group, "ledger");
  expect(account.privateEndpointConnections?.map(({ privateEndpoint }) => privateEndpoint?.id)).toEqual([id]);
  await resources(azure).path(id).delete();
  await refusal(documents(azure.ledger).databases.readAll().fetchAll(), 403);
});

test("a request for more consistency than the account has is refused", async () => {
  const properties = { consistencyPolicy: { defaultConsistencyLevel: "Session" } };
  const { ledger } = await startLedger({}, { properties });
  const strong = new CosmosClient({
    endpoint: ledger.documentEndpoint,
    key: ledger.keys.primaryMasterKey,
    consistencyLevel: "Strong",
    connectionPolicy: { enableEndpointDiscovery: false },
  });
  const error = await refusal(strong.database("scalar").container("asset").item("a", "a").read(), 400);
  expect(error.message).toContain("ConsistencyLevel Strong specified in the request is invalid");
});

test("resources of other providers are kept by their ids, with their collections", async () => {
  const azure = await startLedger();
  const lock = `${idOf(azure, "ledger")}/providers/Microsoft.Authorization/locks/keep`;
  const put = await resources(azure)
    .path(lock)
    .put({ body: { properties: { level: "CanNotDelete" } } });
  expect([put.status, put.body.type]).toEqual(["201", "Microsoft.Authorization/locks"]);
  const list = await resources(azure)
    .path(lock.replace(/\/keep$/, ""))
    .get();
  expect(list.body.value).toEqual([put.body]);
  expect((await resources(azure).path(`${lock}s`).get()).status).toBe("404");
});

test("every answer bears the date of the service's clock, refusals too", async () => {
  const azure = await startLedger({}, {}, { clockOffsetMs: 86_400_000 });
  const { headers } = await resources(azure).path("/subscriptions/none").get();
  expect(Math.abs(Date.parse(String(headers["date"])) - azure.cosmosdb.now())).toBeLessThan(2_000);
  const answer = await documents(azure.ledger).getDatabaseAccount();
  expect(Math.abs(Date.parse(String(answer.headers["date"])) - azure.cosmosdb.now())).toBeLessThan(2_000);
});

test("a process of its own gets in with the environment alone", async () => {
  const { cosmosdb } = await startLedger();
  const program = `
    import { DefaultAzureCredential } from "@azure/identity";
    import { CosmosDBManagementClient } from "@azure/arm-cosmosdb";
    const endpoint = ${JSON.stringify(cosmosdb.armEndpoint)};
    const client = new CosmosDBManagementClient(new DefaultAzureCredential(), "${cosmosdb.subscription}", { endpoint });
    for await (const { name } of client.databaseAccounts.list()) console.log(name);
  `;
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", program], {
    env: { PATH: process.env["PATH"], ...cosmosdb.environment() },
  });
  expect(stdout).toBe("ledger\n");
});
