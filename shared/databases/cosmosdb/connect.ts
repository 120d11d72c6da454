import type { CosmosDBManagementClient } from "@azure/arm-cosmosdb";
import type { CosmosClient } from "@azure/cosmos";
import { once, openResources } from "../../azure/arm/open.ts";
import { armOptions } from "../../azure/arm/options.ts";
import { azureCredential } from "../../azure/credential.ts";
import type { CosmosdbAddress, CosmosdbConnection } from "./connection.ts";
import { openData } from "./data-plane.ts";

export function connect(address: CosmosdbAddress): CosmosdbConnection {
  const arm = once(() => openArm(address, "patient"));
  const data = new Map<string, Promise<CosmosClient>>();
  const forget = (account: string) => {
    data.get(account)?.then(
      (client) => client.dispose(),
      () => undefined,
    );
    data.delete(account);
  };
  const connection: CosmosdbConnection = {
    address,
    arm,
    armOnce: once(() => openArm(address, "once")),
    resources: once(() => openResources(address)),
    data: (account) => {
      const known = data.get(account);
      if (known !== undefined) return known;
      const opening = openData(connection, account);
      data.set(account, opening);
      opening.catch(() => data.delete(account));
      return opening;
    },
    forget,
    close: () => {
      for (const account of [...data.keys()]) forget(account);
    },
  };
  return connection;
}

async function openArm(
  { subscription, armEndpoint }: CosmosdbAddress,
  repeats: "patient" | "once",
): Promise<CosmosDBManagementClient> {
  const [{ CosmosDBManagementClient }, credential] = await Promise.all([
    import("@azure/arm-cosmosdb"),
    azureCredential(),
  ]);
  const endpoint = armEndpoint && { endpoint: armEndpoint };
  return new CosmosDBManagementClient(credential, subscription, { ...armOptions(repeats), ...endpoint });
}
