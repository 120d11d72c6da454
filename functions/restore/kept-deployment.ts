import { deploymentNamed } from "../../shared/config/load-config.ts";
import { type OpenDeployment, openDeployment } from "../../shared/deployment/open-deployment.ts";
import { failedInvocation } from "../../shared/workflow/durable-attempt.ts";
import type { AwsHost } from "../aws/host.ts";

let kept: OpenDeployment | undefined;

/**
 * Kept for the process: an invocation that is suspended never comes back to close it. Outside of all steps, so where
 * secrets could not be read it is the invocation that fails: the execution may be hours old.
 */
export function keptDeployment(host: AwsHost, deployment: string): OpenDeployment {
  if (kept?.settings.name === deployment) return kept;
  kept?.close();
  kept = undefined;
  const settings = deploymentNamed(host.config, deployment);
  try {
    kept = openDeployment(settings, host.catalog, host.env);
    return kept;
  } catch (error) {
    throw lacksSecrets(host) ? failedInvocation(error) : error;
  }
}

function lacksSecrets({ aws, env }: AwsHost): boolean {
  return Object.keys(aws.secrets).some((variable) => env[variable] === undefined);
}
