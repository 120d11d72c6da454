import { hostname } from "node:os";
import type { InvocationContext } from "@azure/functions";
import { azureCredential } from "../../shared/azure/credential.ts";
import { catalogOver } from "../../shared/catalog/catalog.ts";
import { APPLICATION_INSIGHTS_LIMITS } from "../../shared/catalog/cut-line.ts";
import { openStore } from "../../shared/catalog/open-store.ts";
import type { AzureSettings, Config } from "../../shared/config/config.ts";
import { loadConfig } from "../../shared/config/load-config.ts";
import { StillpointError } from "../../shared/errors/stillpoint-error.ts";
import { eventTopic } from "../../shared/telemetry/event-topic.ts";
import type { Host } from "../host.ts";
import { inInvocation, writeLine } from "./invocation.ts";
import { networkOf } from "./network.ts";
import { resolvedSecrets } from "./secrets.ts";
import { SETTINGS } from "./settings.ts";
import { azureTelemetry } from "./telemetry.ts";
import { tell } from "./tell.ts";

export interface AzureHost extends Host {
  readonly azure: AzureSettings;
  /** The app that this is, or the machine. */
  readonly name: string;
}

/** What the service itself says: the name of the app. */
const SITE_NAME = "WEBSITE_SITE_NAME";

let opened: AzureHost | undefined;

/** Opened once for a process. Secrets are app settings, which the service fills in from the vault. */
function azureHost(): AzureHost {
  opened ??= open();
  return opened;
}

/** Does the work of one invocation: all that it tells is in the log of that one, and so is what it throws. */
export function onAzure<T>(context: InvocationContext, work: (host: AzureHost) => Promise<T>): Promise<T> {
  return inInvocation(context, async () => {
    try {
      return await work(azureHost());
    } catch (error) {
      tell(error);
      throw error;
    }
  });
}

/** What is registered follows from it, so it is read before any function is called. */
export function azureConfig(): Config & { readonly azure: AzureSettings } {
  const config = loadConfig(process.env[SETTINGS.config], process.env);
  const { azure } = config;
  if (azure !== undefined) return { ...config, azure };
  throw new StillpointError(
    "CONFIG_INVALID",
    `configuration "${config.path}" has no section "azure", which the functions need; nothing was done`,
  );
}

function open(): AzureHost {
  const config = azureConfig();
  const notices = process.env[SETTINGS.notices];
  const telemetry = azureTelemetry(notices === undefined ? undefined : eventTopic(notices, azureCredential));
  const env = resolvedSecrets(process.env, telemetry);
  const name = env[SITE_NAME] ?? hostname();
  const store = openStore(config.catalog, logCatalog, env, APPLICATION_INSIGHTS_LIMITS);
  return {
    config,
    azure: config.azure,
    env,
    name,
    telemetry,
    network: networkOf(config.azure, name),
    catalog: catalogOver(store),
  };
}

/** What a lost catalog is rebuilt from: each line as it stands. */
function logCatalog(line: object): void {
  writeLine("info", JSON.stringify(line));
}
