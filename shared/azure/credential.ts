import type { TokenCredential } from "@azure/identity";

let credential: Promise<TokenCredential> | undefined;

/**
 * Who this process is to Azure: environment, managed identity or the command line's log-in, whichever is there. One per
 * process, since it keeps the tokens.
 */
export function azureCredential(): Promise<TokenCredential> {
  credential ??= import("@azure/identity").then(({ DefaultAzureCredential }) => new DefaultAzureCredential());
  return credential;
}
