import type { CosmosDBManagementClient } from "@azure/arm-cosmosdb";
import type { CosmosClient } from "@azure/cosmos";
import type { Client } from "@azure-rest/core-client";
import { once, openResources } from "../../azure/arm/open.ts";
import { armOptions } from "../../azure/arm/options.ts";
import { azureCredential } from "../../azure/credential.ts";
import { openData } from "./data-plane.ts";

/** Where an account is. */
export interface CosmosdbAddress {
  readonly subscription: string;
  readonly resourceGroup: string;
  readonly account: string;
  /** Of Azure Resource Manager, where it is not that of the public cloud. */
  readonly armEndpoint?: string;
}

/** Everything is loaded when it is first asked for, as a backup needs little of it. */
export interface CosmosdbConnection {
  readonly address: CosmosdbAddress;
  arm(): Promise<CosmosDBManagementClient>;
  /** Never repeats a call by itself: for a call of which nobody may know whether it was carried out. */
  armOnce(): Promise<CosmosDBManagementClient>;
  /** Of any provider, by path. */
  resources(): Promise<Client>;
  /** The data of an account of this resource group, by the account's name. */
  data(account: string): Promise<CosmosClient>;
  /** After a change of the account that its clients do not notice. */
  forget(account: string): void;
  close(): void;
}

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
