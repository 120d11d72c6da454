import { expect, test } from "vitest";
import { restoreBody } from "../../../../shared/databases/managed/flexible/start.ts";
import { RUN_TAG } from "../../../../shared/restore/managed/settings.ts";
import { EAGER } from "../../../rehearsal/flexible-servers/azure.ts";
import { type Prod, planNow, RUN, startProd, TARGET } from "./prod.ts";

const SUBNET = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v/subnets/db";
const ZONE = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/privateDnsZones/z";

/** What an SDK sends when it is asked for the same; nothing of it reaches the imitation. */
async function sentBy(
  send: (onRequest: { readonly bodies: string[] }) => Promise<unknown>,
): Promise<unknown> {
  const bodies: string[] = [];
  await send({ bodies }).catch(() => undefined);
  return JSON.parse(bodies[0] ?? "{}");
}

interface Pipelined {
  readonly pipeline: {
    addPolicy(policy: {
      readonly name: string;
      sendRequest(request: { readonly body?: unknown }): Promise<never>;
    }): void;
  };
}

function listen({ pipeline }: Pipelined, bodies: string[]): void {
  pipeline.addPolicy({
    name: "listen",
    sendRequest: (request) => {
      bodies.push(String(request.body));
      return Promise.reject(new Error("heard"));
    },
  });
}

function bodyOf({ service, flexible }: Prod, planned: Awaited<ReturnType<typeof planNow>>): unknown {
  const { subscription, resourceGroup } = flexible;
  const address = { kind: service, subscription, resourceGroup, server: planned.original.server };
  return JSON.parse(JSON.stringify(restoreBody({ address }, planned, RUN)));
}

test("a restore of PostgreSQL is asked for as its SDK asks", async () => {
  const network = { delegatedSubnetResourceId: SUBNET, privateDnsZoneArmResourceId: ZONE };
  const more = { properties: { availabilityZone: "3", network } };
  const prod = await startProd("azure-postgresql", { more });
  const planned = await planNow(prod);
  const sent = await sentBy(({ bodies }) => {
    listen(prod.postgresql, bodies);
    return prod.postgresql.servers.beginCreateOrUpdateAndWait(
      prod.group,
      TARGET,
      {
        location: "Japan East",
        tags: { team: "ledger", [RUN_TAG]: RUN },
        createMode: "PointInTimeRestore",
        sourceServerResourceId: prod.flexible.idOf("postgresql", "ledger"),
        pointInTimeUTC: new Date(planned.atSecond * 1000),
        availabilityZone: "3",
        network,
      },
      EAGER,
    );
  });
  expect(bodyOf(prod, planned)).toEqual(sent);
});

test("a restore of MySQL is asked for as its SDK asks", async () => {
  const network = { delegatedSubnetResourceId: SUBNET, privateDnsZoneResourceId: ZONE };
  const prod = await startProd("azure-mysql", { more: { properties: { availabilityZone: "3", network } } });
  const planned = await planNow(prod);
  const sent = await sentBy(({ bodies }) => {
    listen(prod.mysql, bodies);
    return prod.mysql.servers.beginCreateAndWait(
      prod.group,
      TARGET,
      {
        location: "Japan East",
        tags: { team: "ledger", [RUN_TAG]: RUN },
        createMode: "PointInTimeRestore",
        sourceServerResourceId: prod.flexible.idOf("mysql", "ledger"),
        restorePointInTime: new Date(planned.atSecond * 1000),
        availabilityZone: "3",
        network,
      },
      EAGER,
    );
  });
  expect(bodyOf(prod, planned)).toEqual(sent);
});

test("a server with a key of its owner is restored with that key and the identity that fetches it", async () => {
  const identity = { type: "UserAssigned", userAssignedIdentities: { "/subscriptions/s/one": {} } };
  const dataEncryption = {
    type: "AzureKeyVault",
    primaryKeyURI: "https://vault.example/keys/k/1",
    primaryUserAssignedIdentityId: "/subscriptions/s/one",
  };
  const prod = await startProd("azure-mysql", { more: { identity, properties: { dataEncryption } } });
  expect(bodyOf(prod, await planNow(prod))).toMatchObject({ identity, properties: { dataEncryption } });
});
