import type { RdsService } from "../shared/config/config.ts";
import { rdsServersOf } from "../shared/config/databases-of.ts";
import type { Deployable } from "./deployable.ts";

/** Servers of RDS and Aurora. */
export function serversOf({ deployments }: Deployable): readonly RdsService[] {
  return deployments.flatMap(rdsServersOf);
}

/** Whether the verification has to be where the servers are. */
export function verifiesInVpc(config: Deployable): boolean {
  return config.aws.vpc !== undefined && serversOf(config).length > 0;
}
