import { hostname } from "node:os";
import { azureCredential } from "../../shared/azure/credential.ts";
import type { Config } from "../../shared/config/config.ts";
import type { Environment } from "../../shared/config/tls-material.ts";
import { eventTopic } from "../../shared/telemetry/event-topic.ts";
import { SETTINGS } from "../azure/settings.ts";
import { azureTelemetry } from "../azure/telemetry.ts";
import type { Task } from "../cli/shell.ts";

/** What the service itself says of an execution of a job. */
const EXECUTION = "CONTAINER_APP_JOB_EXECUTION_NAME";

/** An execution of a Container Apps job. Its environment is in a network of its own, or in that of the functions. */
export function azureTask({ azure }: Config, env: Environment): Task | undefined {
  if (azure?.dumps === undefined) return undefined;
  const notices = env[SETTINGS.notices];
  return {
    name: `job ${env[EXECUTION] ?? hostname()}`,
    telemetry: azureTelemetry(notices === undefined ? undefined : eventTopic(notices, azureCredential)),
    network: `Azure Container Apps in ${azure.dumps.environment}`,
  };
}
