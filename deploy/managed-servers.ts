import type { RdsService } from "../shared/config/config.ts";
import { rdsServersOf } from "../shared/config/databases-of.ts";
import type { Deployable } from "./deployable.ts";

/** Servers of RDS and Aurora. */
export function serversOf({ deployments }: Deployable): readonly RdsService[] {
  return deployments.flatMap(rdsServersOf);
}
