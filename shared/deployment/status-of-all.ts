import type { Catalog } from "../catalog/catalog.ts";
import type { Heartbeat } from "../catalog/model.ts";
import type { Deployment } from "../config/config.ts";
import { type Failure, toFailure } from "../errors/stillpoint-error.ts";
import type { DeploymentStatus } from "./status.ts";

export interface StatusOfAll {
  readonly deployments: readonly DeploymentStatus[];
  /** Those that could not be looked at, such as for a missing key. */
  readonly unopened: readonly { readonly deployment: string; readonly failure: Failure }[];
  readonly sweeps: readonly Heartbeat[];
  /** Heartbeats that could not be read. */
  readonly unreadable: readonly string[];
}

/** How several deployments stand; what is wrong with one must not hide the others. */
export async function statusOfAll(
  { catalog, deployments }: { readonly catalog: Catalog; readonly deployments: readonly Deployment[] },
  statusOne: (settings: Deployment) => Promise<DeploymentStatus>,
): Promise<StatusOfAll> {
  const looks = await Promise.all(
    deployments.map((settings) =>
      statusOne(settings).catch((error: unknown) => ({
        deployment: settings.name,
        failure: toFailure(error),
      })),
    ),
  );
  const { records: sweeps, unreadable } = await catalog.sweeps.list();
  return {
    deployments: looks.flatMap((look) => ("failure" in look ? [] : [look])),
    unopened: looks.flatMap((look) => ("failure" in look ? [look] : [])),
    sweeps,
    unreadable: unreadable.map(({ message }) => message),
  };
}
