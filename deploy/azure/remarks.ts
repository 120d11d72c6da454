import type { Config, CosmosdbDatabaseSettings, Deployment } from "../../shared/config/config.ts";
import { cosmosdbsOf } from "../../shared/config/databases-of.ts";

/** What can be deployed on Azure, and may yet not be what was meant: a line each. */
export function azureRemarks({ deployments, azure }: Config): readonly string[] {
  const isInNetwork = azure?.network !== undefined;
  return [
    ...(azure?.actionGroup === undefined ? ["azure has no actionGroup: alerts fire, and tell nobody"] : []),
    ...deployments.flatMap((deployment) => [
      ...objectiveRemarks(deployment),
      ...cosmosdbsOf(deployment).flatMap((database) => wayRemarks(deployment, database, isInNetwork)),
    ]),
  ];
}

function objectiveRemarks({ name, objectiveMs }: Deployment): readonly string[] {
  return objectiveMs === undefined
    ? [`deployments.${name} has no objective: no alert tells when its last restore point grows old`]
    : [];
}

function wayRemarks(
  deployment: Deployment,
  { name, verifyFrom }: CosmosdbDatabaseSettings,
  isInNetwork: boolean,
): readonly string[] {
  const at = `deployments.${deployment.name}.databases.${name}`;
  if (verifyFrom === undefined) return [`${at} has no verifyFrom: every restore of it will be refused`];
  return [
    ...(isInNetwork
      ? []
      : [
          `${at}.verifyFrom does not let functions in without azure.network: only the command line can restore`,
        ]),
    ...(verifyFrom.kind === "subnet" && verifyFrom.dnsZone === undefined
      ? [`${at}.verifyFrom has no dnsZone: a policy of yours must enter the names of restored accounts`]
      : []),
  ];
}
