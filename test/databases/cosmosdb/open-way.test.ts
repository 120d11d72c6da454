import { expect, test } from "vitest";
import { API, putResource, readResource } from "../../../shared/azure/arm/resource.ts";
import { deleteAccount } from "../../../shared/databases/cosmosdb/delete-account.ts";
import { makeStrong } from "../../../shared/databases/cosmosdb/make-strong.ts";
import { closeWay, openWay } from "../../../shared/databases/cosmosdb/open-way.ts";
import { compareAccount } from "../../../shared/databases/cosmosdb/settings/compare-account.ts";
import type { Way } from "../../../shared/restore/cosmosdb/plan.ts";
import { ACCOUNT, type Prod, RUN, startProd } from "./prod.ts";
import { applyAll, restoreNow, TARGET, until } from "./restored.ts";

const GROUP = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rehearsal";
const NETWORK = `${GROUP}/providers/Microsoft.Network/virtualNetworks/net`;
const ZONE = `${GROUP}/providers/Microsoft.Network/privateDnsZones/privatelink.documents.azure.com`;
const ENDPOINT = `${GROUP}/providers/Microsoft.Network/privateEndpoints/${TARGET}-verify`;
const BY_SUBNET: Way = { kind: "subnet", subnet: `${NETWORK}/subnets/functions`, dnsZone: ZONE };

async function openBySubnet(azure: Prod) {
  const { connection } = azure.database;
  await putResource(connection, NETWORK, API.network, { location: "japaneast", properties: {} });
  const account = await restoreNow(azure, BY_SUBNET);
  await makeStrong(connection, TARGET);
  await until(() => openWay(connection, { account, name: TARGET, run: RUN }));
  return account;
}

test("the one way is a private endpoint in the subnet, entered in the zone", async () => {
  const azure = await startProd();
  await openBySubnet(azure);
  const { connection } = azure.database;
  const endpoint = await readResource(connection, ENDPOINT, API.network);
  expect(endpoint).toMatchObject({ location: "japaneast", properties: { subnet: { id: BY_SUBNET.subnet } } });
  const zones = await readResource(connection, `${ENDPOINT}/privateDnsZoneGroups/default`, API.network);
  expect(zones?.properties).toMatchObject({
    privateDnsZoneConfigs: [{ properties: { privateDnsZoneId: ZONE } }],
  });
});

test("a subnet whose network is not there is refused by its name", async () => {
  const azure = await startProd();
  const account = await restoreNow(azure, BY_SUBNET);
  const opening = openWay(azure.database.connection, { account, name: TARGET, run: RUN });
  await expect(opening).rejects.toMatchObject({ message: expect.stringContaining(NETWORK) });
});

test("the private endpoint goes with its account", async () => {
  const azure = await startProd();
  await openBySubnet(azure);
  const { connection } = azure.database;
  await until(() => deleteAccount(connection, { name: TARGET, run: RUN }));
  expect(await readResource(connection, ENDPOINT, API.network)).toBeUndefined();
});

test("a private endpoint of the same name that the run has not made stays", async () => {
  const azure = await startProd();
  const { connection } = azure.database;
  await putResource(connection, ENDPOINT, API.network, { location: "japaneast", properties: {} });
  expect(await closeWay(connection, { name: TARGET, run: RUN })).toEqual({ done: true });
  expect(await readResource(connection, ENDPOINT, API.network)).toBeDefined();
});

test("an account that takes over has endpoints where the original has them, and the run's is gone", async () => {
  const azure = await startProd();
  const { connection } = azure.database;
  const own = `${GROUP}/providers/Microsoft.Network/privateEndpoints/${ACCOUNT}-application`;
  const link = {
    name: "application",
    properties: {
      privateLinkServiceId: `${GROUP}/providers/Microsoft.DocumentDB/databaseAccounts/${ACCOUNT}`,
      groupIds: ["Sql"],
    },
  };
  const subnet = { id: `${NETWORK}/subnets/application` };
  const properties = { subnet, privateLinkServiceConnections: [link] };
  await putResource(connection, own, API.network, { location: "japaneast", properties });
  const account = await openBySubnet(azure);
  expect(account.original.privateEndpoints).toEqual([
    { id: own, location: "japaneast", subnet: subnet.id, groups: ["Sql"], dnsZones: {} },
  ]);
  expect(await applyAll(azure, account)).toEqual([]);
  await until(() => closeWay(connection, { name: TARGET, run: RUN }));
  const differences = await compareAccount(azure.database, { account, takesOver: true });
  expect(JSON.stringify(differences)).not.toContain("private endpoint");
  const { privateEndpoints } = await azure.database.capture().then(({ captured }) => captured);
  expect(privateEndpoints.map(({ id }) => id)).toEqual([own]);
});

test("an action that this identity lacks is told at once, and not waited for as for a firewall", async () => {
  const azure = await startProd();
  const account = await restoreNow(azure);
  const { connection } = azure.database;
  azure.cosmosdb.faults.deny(["Microsoft.DocumentDB/databaseAccounts/readonlykeys/action"]);
  const opening = until(() => openWay(connection, { account, name: TARGET, run: RUN }));
  await expect(opening).rejects.toMatchObject({
    code: "DATABASE_DENIED",
    message: expect.stringContaining("readonlykeys/action"),
  });
});
