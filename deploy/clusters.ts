import type { CassandraDatabaseSettings } from "../shared/config/config.ts";
import { cassandrasOf } from "../shared/config/databases-of.ts";
import type { Deployable } from "./deployable.ts";
import { serversOf } from "./managed-servers.ts";

/** Clusters of Cassandra. */
export function clustersOf({ deployments }: Deployable): readonly CassandraDatabaseSettings[] {
  return deployments.flatMap(cassandrasOf);
}

/** Functions that need the network of the instances only where what they read or ask is in it. */
const IN_NETWORK = {
  /** Whose rows it reads. */
  verify: (config: Deployable) => serversOf(config).length > 0 || clustersOf(config).length > 0,
  /** It asks Cassy. */
  follow: (config: Deployable) => clustersOf(config).length > 0,
} as const;

/** Whether a function that may have settings of a network has them. */
export function isInVpc(name: string, config: Deployable): boolean {
  if (config.aws.vpc === undefined) return false;
  return name === "verify" || name === "follow" ? IN_NETWORK[name](config) : true;
}
