import { expect, test } from "vitest";
import { API, putResource, readResource } from "../../../shared/azure/arm/resource.ts";
import { deleteAccount } from "../../../shared/databases/cosmosdb/delete-account.ts";
import { makeStrong } from "../../../shared/databases/cosmosdb/make-strong.ts";
import { compareAccount } from "../../../shared/databases/cosmosdb/settings/compare-account.ts";
import { idOf } from "../../rehearsal/cosmosdb/azure.ts";
import { ACCOUNT, type Prod, RUN, startProd } from "./prod.ts";
import { applyAll, restoreNow, TARGET, until } from "./restored.ts";

const SUBNET =
  "/subscriptions/s/resourceGroups/net/providers/Microsoft.Network/virtualNetworks/v/subnets/ledger";

function endpointId({ cosmosdb, group }: Prod, name: string): string {
  return `/subscriptions/${cosmosdb.subscription}/resourceGroups/${group}/providers/Microsoft.Network/privateEndpoints/${name}`;
}

async function putEndpoint(azure: Prod, name: string, account: string): Promise<void> {
  const link = { name: "sql", properties: { privateLinkServiceId: idOf(azure, account), groupIds: ["Sql"] } };
  await putResource(azure.database.connection, endpointId(azure, name), API.network, {
    location: "japaneast",
    properties: { subnet: { id: SUBNET }, privateLinkServiceConnections: [link] },
  });
}

const there = (azure: Prod, name: string) =>
  readResource(azure.database.connection, endpointId(azure, name), API.network);

test("an account that is deleted takes along the private endpoints that its run has made", async () => {
  const azure = await startProd();
  await putEndpoint(azure, "prod", ACCOUNT);
  const account = await restoreNow(azure);
  await applyAll(azure, account);
  expect(await there(azure, `prod-${TARGET}`)).toBeDefined();
  await putEndpoint(azure, "somebody-elses", TARGET);
  await until(() => deleteAccount(azure.database.connection, { name: TARGET, run: RUN }));
  expect(await there(azure, `prod-${TARGET}`)).toBeUndefined();
  expect(await there(azure, "somebody-elses")).toBeDefined();
  expect(await there(azure, "prod")).toBeDefined();
});

test("where the network is not ours to change, the account goes all the same", async () => {
  const azure = await startProd();
  await putEndpoint(azure, "prod", ACCOUNT);
  await applyAll(azure, await restoreNow(azure));
  azure.cosmosdb.faults.deny(["Microsoft.Network/privateEndpoints/delete"]);
  await until(() => deleteAccount(azure.database.connection, { name: TARGET, run: RUN }));
});

test("private endpoints with long names are not taken for those of an earlier run", async () => {
  const azure = await startProd();
  const long = "p".repeat(75);
  await putEndpoint(azure, long, ACCOUNT);
  await putEndpoint(azure, `${long}-${TARGET}`.slice(0, 80), ACCOUNT);
  const account = await restoreNow(azure);
  await makeStrong(azure.database.connection, TARGET);
  expect(await applyAll(azure, account)).toEqual([]);
  const differences = await compareAccount(azure.database, { account, takesOver: true });
  expect(differences[""] ?? []).toEqual([]);
});

test("a private endpoint of the name that leads elsewhere is left alone, and told", async () => {
  const azure = await startProd();
  await putEndpoint(azure, "prod", ACCOUNT);
  await azure.cosmosdb.createAccount({ name: "another" });
  const account = await restoreNow(azure);
  await putEndpoint(azure, `prod-${TARGET}`, "another");
  expect(await applyAll(azure, account)).toEqual([expect.stringContaining("is taken: it leads to")]);
});
