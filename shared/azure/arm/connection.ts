import type { Client } from "@azure-rest/core-client";

/** As much of a connection to Azure as any of its resources is read and written by. */
export interface ArmConnection {
  readonly address: {
    readonly subscription: string;
    readonly resourceGroup: string;
    /** Of Azure Resource Manager, where it is not that of the public cloud. */
    readonly armEndpoint?: string;
  };
  /** Of any provider, by path. */
  resources(): Promise<Client>;
}
