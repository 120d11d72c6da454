import type { CapturedCosmosdb } from "../../../shared/restore/cosmosdb/captured.ts";

export interface AzureAccount {
  readonly instanceId: string;
  readonly content: string;
  /** What the service would say of it. */
  set: CapturedCosmosdb;
  status: "Creating" | "Updating" | "Deleting" | "Succeeded" | "Failed";
  /** When the status ends. */
  untilTick: number;
}

export interface AzureState {
  readonly accounts: ReadonlyMap<string, AzureAccount>;
  /** The account that each private endpoint leads to, by its name. */
  readonly endpoints: ReadonlyMap<string, string>;
}

/** What an account held at a second, as its history gives it back. */
export function contentAt(account: string, atSecond: number): string {
  return `${account} at ${atSecond}`;
}
