import { loadConfig } from "../../shared/config/load-config.ts";
import type { Environment } from "../../shared/config/tls-material.ts";
import { codeOf, StillpointError } from "../../shared/errors/stillpoint-error.ts";
import type { Task } from "../cli/shell.ts";

/** Which cloud's functions have started it. */
const STARTED_BY = "STILLPOINT_TASK_OF";

/** Nothing where somebody runs the image by hand. */
export async function taskOf(env: Environment): Promise<Task | undefined> {
  const cloud = env[STARTED_BY];
  if (cloud === undefined) return undefined;
  const config = configOf(env);
  if (config === undefined) return undefined;
  switch (cloud) {
    case "aws":
      return (await import("./aws.ts")).awsTask(config);
    case "azure":
      return (await import("./azure.ts")).azureTask(config, env);
    default:
      throw new StillpointError(
        "CONFIG_INVALID",
        `${STARTED_BY} must be "aws" or "azure" (it is "${cloud}"); nothing was done`,
      );
  }
}

/** A configuration with problems is told of by the command, with all of them. */
function configOf(env: Environment) {
  try {
    return loadConfig(undefined, env);
  } catch (error) {
    if (codeOf(error) === "CONFIG_INVALID") return undefined;
    throw error;
  }
}
