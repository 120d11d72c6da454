import type { Environment } from "../../shared/config/tls-material.ts";
import type { Telemetry } from "../../shared/telemetry/telemetry.ts";

/** As an app setting refers to a secret of a vault. */
const REFERENCE = /^@Microsoft\.KeyVault\(/i;

/**
 * The environment without the references that the service could not follow: it hands them out as they stand, and they
 * would be taken for the secrets. What needs one fails as where it is not set, and all else goes on: that one
 * deployment's key is missing must not keep a sweep from unpausing another.
 */
export function resolvedSecrets(env: Environment, telemetry: Telemetry): Environment {
  const entries = Object.entries(env);
  for (const [variable, value = ""] of entries)
    if (REFERENCE.test(value)) telemetry.log("error", unresolved(variable, value), { variable });
  return Object.fromEntries(entries.filter(([, value = ""]) => !REFERENCE.test(value)));
}

function unresolved(variable: string, reference: string): string {
  return (
    `the app setting "${variable}" holds "${reference}" still, which was not resolved: the secret is missing, or ` +
    "this app may not read it; it counts as not set, and what needs it fails"
  );
}
