import { type Catalog, catalogOver } from "../../shared/catalog/catalog.ts";
import { openStore } from "../../shared/catalog/open-store.ts";
import type { Config, Deployment } from "../../shared/config/config.ts";
import { deploymentNamed, loadConfig } from "../../shared/config/load-config.ts";
import type { OpenDeployment } from "../../shared/deployment/open-deployment.ts";
import { StillpointError } from "../../shared/errors/stillpoint-error.ts";
import { catalogLogOf } from "./catalog-log.ts";
import type { Circumstances } from "./failure.ts";
import type { Shell } from "./shell.ts";

/** The configuration and its catalog: enough for whatever contacts nobody. */
export interface Opened {
  readonly config: Config;
  readonly catalog: Catalog;
}

export function openCatalog(shell: Shell): Opened {
  const config = loadConfig(shell.config, shell.env);
  const store = openStore(config.catalog, catalogLogOf(shell, config.path), shell.env);
  return { config, catalog: catalogOver(store) };
}

/** The deployment of that name, or the only one where none is named. */
export function deploymentOf(config: Config, name: string | undefined): Deployment {
  if (name !== undefined) return deploymentNamed(config, name);
  const [first, ...others] = config.deployments;
  if (first !== undefined && others.length === 0) return first;
  const names = config.deployments.map((deployment) => `"${deployment.name}"`).join(", ");
  throw new StillpointError(
    "DEPLOYMENT_UNKNOWN",
    `which deployment is not clear: "${config.path}" has ${names}, and none was named; nothing was done`,
  );
}

/** The named deployments: one, or all where none is named. */
export function deploymentsOf(config: Config, name: string | undefined): readonly Deployment[] {
  return name === undefined ? config.deployments : [deploymentNamed(config, name)];
}

/** What advice needs to know of a deployment: its name, where leaving it out would not do. */
export function aboutDeployment({ deployments }: Config, { name }: Deployment): Circumstances {
  return deployments.length > 1 ? { deployment: name } : {};
}

/** Opens a deployment, with all that it takes to reach instances and databases, for as long as the work lasts. */
export async function withOpen<T>(
  shell: Shell,
  { catalog }: Opened,
  settings: Deployment,
  work: (open: OpenDeployment) => Promise<T>,
): Promise<T> {
  // Not above: the database's SDK takes longer to load than most commands take to run.
  const { withDeployment } = await import("../../shared/deployment/open-deployment.ts");
  return withDeployment({ catalog, env: shell.env }, settings, work);
}
