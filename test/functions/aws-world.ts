import { vi } from "vitest";
import { type Catalog, catalogOver } from "../../shared/catalog/catalog.ts";
import { createCatalogTable } from "../../shared/catalog/dynamodb/create-table.ts";
import { connectCatalog } from "../../shared/catalog/dynamodb/table.ts";
import { dynamodbStore } from "../../shared/catalog/dynamodb-store.ts";
import { loadConfig } from "../../shared/config/load-config.ts";
import { type GatedWorld, gatedWorld } from "../cli/gated-world.ts";
import { type AwsServices, startAwsServices } from "./aws-services.ts";

export const RESTORE_FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:stillpoint-restore:durable";
export const VERIFY_FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:stillpoint-verify";
const CATALOG_TABLE = "stillpoint-catalog";
const LAMBDA_TIMEOUT_MS = 900_000;

export interface AwsWorld extends AsyncDisposable {
  readonly world: GatedWorld;
  readonly services: AwsServices;
  readonly catalog: Catalog;
  /** Every line that the functions have written to standard output, as CloudWatch would keep it. */
  readonly lines: readonly Record<string, unknown>[];
  /** The metrics among them: name, value, dimension. */
  metrics(name: string): readonly { readonly value: unknown; readonly deployment: unknown }[];
  /** Told of each line as it is written. */
  onLine(hear: (line: Record<string, unknown>) => void): void;
  /** A sweep that lives, as far as the catalog knows. */
  beat(): Promise<void>;
}

interface Settings {
  /** Of the deployment. */
  readonly deployment?: object;
  /** Of the section `aws`. */
  readonly aws?: object;
}

/** Gates, a DynamoDB that holds the catalog too, and the services around them, with the environment that Lambda gives the functions. */
export async function awsWorld({ deployment = {}, aws = {} }: Settings = {}): Promise<AwsWorld> {
  const services = await startAwsServices();
  const world = await gatedWorld({
    deployment,
    more: ({ url: endpoint, region }) => ({
      catalog: { kind: "dynamodb", table: CATALOG_TABLE, region, endpoint },
      aws: { region, ...aws },
    }),
  });
  Object.assign(process.env, {
    STILLPOINT_CONFIG: world.config,
    STILLPOINT_RESTORE_FUNCTION: RESTORE_FUNCTION,
    STILLPOINT_VERIFY_FUNCTION: VERIFY_FUNCTION,
    AWS_ENDPOINT_URL: services.url,
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
    AWS_REGION: "us-east-1",
  });
  const settings = loadConfig(world.config, process.env).catalog;
  if (settings.kind !== "dynamodb") throw new Error("the catalog is not where it should be");
  await createCatalogTable(settings);
  const catalog = catalogOver(dynamodbStore(connectCatalog(settings)));
  const heard: ((line: Record<string, unknown>) => void)[] = [];
  const lines: Record<string, unknown>[] = [];
  const keep = (text: unknown) => {
    for (const line of String(text).split("\n")) {
      if (!line.trimStart().startsWith("{")) continue;
      const its = parsed(line);
      lines.push(its);
      for (const hear of heard) hear(its);
    }
  };
  // Lambda keeps what is written, by whatever way.
  const spies = [
    ...(["log", "info", "debug", "warn", "error"] as const).map((level) =>
      vi.spyOn(console, level).mockImplementation((text: unknown) => keep(text)),
    ),
    vi.spyOn(process.stdout, "write").mockImplementation((text: unknown) => {
      keep(text);
      return true;
    }),
  ];
  return {
    world,
    services,
    catalog,
    lines,
    metrics: (name) =>
      lines
        .filter((line) => name in line)
        .map((line) => ({ value: line[name], deployment: line["deployment"] })),
    onLine: (hear) => {
      heard.splice(0, heard.length, hear);
    },
    beat: () =>
      catalog.sweeps.beatScheduled({ host: "stillpoint-sweep", process: 1, intervalMs: 60_000 }, Date.now()),
    [Symbol.asyncDispose]: async () => {
      for (const spy of spies) spy.mockRestore();
      await world[Symbol.asyncDispose]();
      await services.close();
    },
  };
}

function parsed(line: string): Record<string, unknown> {
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return {};
  }
}

/** What Lambda says of an invocation; the time that is left may be an answer of its own. */
export function invocation(leftMs: () => number = () => LAMBDA_TIMEOUT_MS) {
  return {
    functionName: "stillpoint-prod-function",
    functionVersion: "1",
    invokedFunctionArn: "arn:aws:lambda:us-east-1:123456789012:function:stillpoint-prod-function",
    memoryLimitInMB: "512",
    awsRequestId: "11111111-2222-3333-4444-555555555555",
    getRemainingTimeInMillis: leftMs,
  };
}
