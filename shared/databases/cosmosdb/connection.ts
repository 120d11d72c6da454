import type { CosmosDBManagementClient } from "@azure/arm-cosmosdb";
import type { CosmosClient } from "@azure/cosmos";
import type { Client } from "@azure-rest/core-client";

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
