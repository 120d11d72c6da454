import { catalogOver } from "../../shared/catalog/catalog.ts";
import { openStore } from "../../shared/catalog/open-store.ts";
import type { AwsSettings } from "../../shared/config/config.ts";
import { loadConfig } from "../../shared/config/load-config.ts";
import { StillpointError } from "../../shared/errors/stillpoint-error.ts";
import { eventBus } from "../../shared/telemetry/event-bus.ts";
import type { Host } from "../host.ts";
import { networkOf } from "./network.ts";
import { secretsOf } from "./secrets.ts";
import { awsTelemetry } from "./telemetry.ts";

export interface AwsHost extends Host {
  readonly aws: AwsSettings;
}

let opened: Promise<Omit<AwsHost, "env">> | undefined;

/** Opened once for a process; secrets are read again as they may be rotated. */
export async function awsHost(): Promise<AwsHost> {
  opened ??= open().catch((error: unknown) => {
    // The next invocation tries again.
    opened = undefined;
    throw error;
  });
  const host = await opened;
  return { ...host, env: { ...process.env, ...(await secretsOf(host.aws, host.telemetry)) } };
}

async function open(): Promise<Omit<AwsHost, "env">> {
  const config = loadConfig(undefined, process.env);
  const { aws } = config;
  if (aws === undefined)
    throw new StillpointError(
      "CONFIG_INVALID",
      `configuration "${config.path}" has no section "aws", which the functions need; nothing was done`,
    );
  const telemetry = awsTelemetry(eventBus({ bus: aws.bus, region: aws.region }));
  return {
    config,
    aws,
    telemetry,
    network: networkOf(aws),
    catalog: catalogOver(openStore(config.catalog, logCatalog)),
  };
}

/** What a lost catalog is rebuilt from: each line as it stands, without what the logger would add. */
function logCatalog(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
