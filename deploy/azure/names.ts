import { createHash } from "node:crypto";
import type { AzureSettings } from "../../shared/config/config.ts";
import { APPS, type App } from "./apps.ts";

/** So long that two deployments of the same name, anywhere, hardly ever share it. */
const SUFFIX_LENGTH = 6;

/** What is called how. Some names are one in all of Azure, so they end with what nobody else has. */
export interface Names {
  readonly sites: Readonly<Record<App, string>>;
  /** Storage accounts that the apps keep their own affairs in. */
  readonly accounts: Readonly<Record<App, string>>;
  readonly topics: { readonly requests: string; readonly notices: string };
  readonly vault: string;
  readonly workspace: string;
  readonly insights: string;
}

export function namesOf({ name, subscription, resourceGroup }: AzureSettings): Names {
  const suffix = suffixOf([subscription, resourceGroup.toLowerCase(), name]);
  const of = (what: string) => `${name}-${what}-${suffix}`;
  const perApp = (make: (app: App) => string) =>
    Object.fromEntries(APPS.map((app) => [app, make(app)])) as Record<App, string>;
  return {
    sites: perApp(of),
    // Of at most 24 letters and digits, as a storage account's has to be.
    accounts: perApp((app) => `${name.replaceAll("-", "")}${app}${suffix}`),
    topics: { requests: of("requests"), notices: of("notices") },
    vault: of("keys"),
    workspace: `${name}-logs`,
    insights: `${name}-insights`,
  };
}

function suffixOf(parts: readonly string[]): string {
  const digest = createHash("sha256").update(JSON.stringify(parts)).digest();
  return digest.readBigUInt64BE().toString(36).slice(-SUFFIX_LENGTH);
}
