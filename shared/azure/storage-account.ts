import type { TokenCredential } from "@azure/identity";
import { accountKey } from "../config/account-key.ts";
import type { StorageAccount } from "../config/config.ts";
import type { Environment } from "../config/tls-material.ts";
import { azureCredential } from "./credential.ts";

/** Where a service of a storage account answers. */
export function addressOf({ account, endpoint }: StorageAccount, service: "table" | "blob"): string {
  return endpoint?.replace(/\/$/, "") ?? `https://${account}.${service}.core.windows.net`;
}

export type StorageAccess =
  | { readonly kind: "key"; readonly account: string; readonly key: string }
  | { readonly kind: "identity"; readonly credential: TokenCredential };

/** With the account's key where the configuration names one, and else as the identity of this process. */
export async function accessTo(settings: StorageAccount, env: Environment): Promise<StorageAccess> {
  const key = accountKey(settings, env);
  if (key !== undefined) return { kind: "key", account: settings.account, key };
  return { kind: "identity", credential: await azureCredential() };
}

/** Plain http, which the configuration allows only where a key signs the requests. */
export function isUnencrypted({ endpoint = "" }: StorageAccount): boolean {
  return endpoint.startsWith("http:");
}
