import type { AzureDumps } from "../../shared/config/dumps-schema.ts";
import { jobName } from "../../shared/config/job-name.ts";
import type { AzureStack } from "./stack.ts";

/** What each processor of the consumption plan comes with, in GB. */
const MEMORY_GB = 2;

/** What infra/dumps.json is told. */
export function dumpsParameters(
  { azure, names, catalog, parts }: AzureStack,
  { settings, containers, packed }: NonNullable<AzureStack["dumps"]>,
): Readonly<Record<string, unknown>> {
  const { image, environment, cpu, longest } = settings;
  return {
    location: azure.location,
    job: jobName(azure),
    environment,
    image,
    registry: registryOf(settings),
    size: { cpu, memory: `${cpu * MEMORY_GB}Gi` },
    longestSeconds: longest * 3_600,
    settings: [
      { name: "STILLPOINT_PACKED_CONFIG", value: packed },
      { name: "STILLPOINT_TASK_OF", value: "azure" },
    ],
    // Names of a job's secrets have no capitals.
    secrets: Object.entries(azure.secrets).map(([variable, secret]) => ({
      variable,
      name: `vault-${secret.toLowerCase()}`,
      secret,
    })),
    vault: names.vault,
    noticesTopic: names.topics.notices,
    catalog,
    partsContainer: parts.container,
    dumpsContainers: containers,
    sites: names.sites,
  };
}

function registryOf({ registry, image }: AzureDumps) {
  const [, , subscription, , resourceGroup, , , , name] = registry.split("/");
  return { server: image.slice(0, image.indexOf("/")), name, subscription, resourceGroup };
}
