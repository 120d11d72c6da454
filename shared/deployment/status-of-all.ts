import type { Catalog } from "../catalog/catalog.ts";
import type { Heartbeat } from "../catalog/model.ts";
import type { Deployment } from "../config/config.ts";
import { type EachDeployment, eachDeployment } from "./each-deployment.ts";
import type { DeploymentStatus } from "./status.ts";

export interface StatusOfAll {
  readonly deployments: readonly DeploymentStatus[];
  readonly unopened: EachDeployment<unknown>["unopened"];
  readonly sweeps: readonly Heartbeat[];
  /** Heartbeats that could not be read. */
  readonly unreadable: readonly string[];
}

/** How several deployments stand. */
export async function statusOfAll(
  { catalog, deployments }: { readonly catalog: Catalog; readonly deployments: readonly Deployment[] },
  statusOne: (settings: Deployment) => Promise<DeploymentStatus>,
): Promise<StatusOfAll> {
  const { done, unopened } = await eachDeployment(deployments, statusOne);
  const { records: sweeps, unreadable } = await catalog.sweeps.list();
  return { deployments: done, unopened, sweeps, unreadable: unreadable.map(({ message }) => message) };
}
