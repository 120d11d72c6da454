import type { AzureSettings, Deployment } from "../../shared/config/config.ts";
import type { AzureDumps } from "../../shared/config/dumps-schema.ts";
import type { Names } from "./names.ts";

/** Everything that the templates in infra/ are told. */
export interface AzureStack {
  readonly azure: AzureSettings;
  readonly names: Names;
  readonly deployments: readonly Deployment[];
  readonly catalog: { readonly account: string; readonly table: string };
  /** In the catalog's account. */
  readonly parts: { readonly container: string; readonly prefix: string };
  readonly subscriptions: readonly SubscriptionGroups[];
  /** Where servers are dumped. */
  readonly dumps?: {
    readonly settings: AzureDumps;
    /** In the catalog's account. */
    readonly containers: readonly string[];
    /** The configuration, as it is handed in. */
    readonly packed: string;
  };
}

/** The resource groups of one subscription that a restore works in. */
export interface SubscriptionGroups {
  readonly subscription: string;
  /** Those of the accounts of Cosmos DB. */
  readonly accounts: readonly string[];
  /** Those of the flexible servers for PostgreSQL and MySQL. */
  readonly servers: readonly string[];
  /** Those of the networks and DNS zones from which a restored account is verified. */
  readonly networks: readonly string[];
}
