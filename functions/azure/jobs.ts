import type { ContainerAppsAPIClient, JobExecutionContainer } from "@azure/arm-appcontainers";
import { armOptions } from "../../shared/azure/arm/options.ts";
import { azureCredential } from "../../shared/azure/credential.ts";
import type { AzureSettings } from "../../shared/config/config.ts";
import { jobName } from "../../shared/config/job-name.ts";
import { messageOf, StillpointError } from "../../shared/errors/stillpoint-error.ts";

/** Opens the service; a start is never repeated by itself, since nobody knows whether the first one was heard. */
export type Jobs = (azure: AzureSettings) => Promise<ContainerAppsAPIClient>;

const openJobs: Jobs = async ({ subscription }) => {
  const [{ ContainerAppsAPIClient }, credential] = await Promise.all([
    import("@azure/arm-appcontainers"),
    azureCredential(),
  ]);
  return new ContainerAppsAPIClient(credential, subscription, armOptions("once"));
};

/** Starts an execution of the job that runs a command of the command line, and answers its name. */
export async function startJob(
  azure: AzureSettings,
  run: string,
  args: readonly string[],
  open: Jobs = openJobs,
): Promise<string> {
  const name = jobName(azure);
  try {
    const { jobs } = await open(azure);
    const [container] = (await jobs.get(azure.resourceGroup, name)).template?.containers ?? [];
    if (container === undefined) throw new Error("it has no container");
    // What an execution says takes the place of all that the job says.
    const template = { containers: [withArgs(container, args)] };
    const execution = await jobs.start(azure.resourceGroup, name, { template });
    return execution.name ?? name;
  } catch (error) {
    throw new StillpointError(
      "DUMP_FAILED",
      `the job "${name}" in resource group "${azure.resourceGroup}" was not started for "${run}", or it is not known whether it was: ${messageOf(error)}; if it was, it finds its request refused and does nothing`,
      { cause: error },
    );
  }
}

function withArgs(
  { name, image, env, resources }: JobExecutionContainer,
  args: readonly string[],
): JobExecutionContainer {
  return {
    args: [...args],
    ...(name !== undefined && { name }),
    ...(image !== undefined && { image }),
    ...(env && { env }),
    ...(resources && { resources }),
  };
}
