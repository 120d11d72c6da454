import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { stringify } from "yaml";
import { type RehearsalDynamodb, type RehearsalDynamodbOptions, startDynamodb } from "./dynamodb/dynamodb.ts";
import { type Load, startLoad } from "./ledger/clients.ts";
import { dynamodbClient, type Endpoint } from "./ledger/endpoint.ts";
import type { GateSemantics } from "./ledger/gate.ts";
import { openLedger } from "./ledger/open-ledger.ts";
import { type RunningInstances, startInstances } from "./ledger/start-instances.ts";
import { prefixed, type TableNames, type Totals, totals } from "./ledger/totals.ts";

/** Ledger and DynamoDB on this machine, with a configuration file that Stillpoint runs with unchanged. */
export interface LocalWorld {
  readonly folder: string;
  readonly config: string;
  readonly dynamodb: RehearsalDynamodb;
  readonly client: DynamoDBClient;
  readonly names: TableNames;
  readonly instances: RunningInstances;
  startLoad(clients: number, transfersPerSecond?: number): Load;
  totals(names?: TableNames): Promise<Totals>;
  stopInstances(): Promise<void>;
  /** Fresh processes on the same ports, as an operator starts them after a restore. */
  restartInstances(): Promise<void>;
  close(): Promise<void>;
}

export interface LocalWorldOptions {
  readonly seed: string;
  readonly assets?: number;
  readonly instances?: number;
  readonly semantics?: GateSemantics;
  readonly dynamodb?: Omit<RehearsalDynamodbOptions, "seed">;
  /** Kept when the world is closed, for looking around. */
  readonly keep?: boolean;
  /** Settings of the pause, as the configuration file has them. */
  readonly pause?: Readonly<Record<string, string>>;
}

export const DEPLOYMENT = "payments";
const PREFIX = "prod_";
const OPENING_BALANCE = 1_000;
/** Enough for the dead transactions of a killed instance to be rolled back while one watches. */
const RECOVERY_EXPIRY_MS = 2_000;

export async function startLocalWorld(options: LocalWorldOptions): Promise<LocalWorld> {
  const { seed, assets: count = 24, instances: processes = 3, semantics = "scalardl-3.14" } = options;
  const folder = await mkdtemp(join(tmpdir(), "stillpoint-rehearsal-"));
  const dynamodb = await startDynamodb({ ...options.dynamodb, seed });
  const endpoint: Endpoint = { url: dynamodb.endpoint, region: dynamodb.region };
  const client = dynamodbClient(endpoint);
  const assets = await openLedger({
    endpoint,
    prefix: PREFIX,
    seed,
    assets: count,
    balance: OPENING_BALANCE,
  });
  const start = (ports: readonly number[] = []) =>
    startInstances(
      processes,
      { endpoint, prefix: PREFIX, seed, semantics, recoveryExpiryMs: RECOVERY_EXPIRY_MS },
      ports,
    );
  let running = await start();
  const ports = running.instances.map(({ adminPort }) => adminPort);
  const config = join(folder, "stillpoint.yml");
  await writeFile(config, configText(endpoint, ports, options.pause));
  return {
    folder,
    config,
    dynamodb,
    client,
    names: prefixed(PREFIX),
    get instances() {
      return running;
    },
    startLoad: (clients, transfersPerSecond) =>
      startLoad({
        instances: running.instances.map(({ clientUrl }) => clientUrl),
        assets,
        clients,
        seed,
        ...(transfersPerSecond !== undefined && { transfersPerSecond }),
      }),
    totals: (names = prefixed(PREFIX)) => totals(client, names),
    stopInstances: () => running.stop(),
    restartInstances: async () => {
      running = await start(ports);
    },
    close: async () => {
      await running.kill("SIGKILL");
      client.destroy();
      await dynamodb.close();
      if (!options.keep) await rm(folder, { recursive: true, force: true });
    },
  };
}

function configText(
  { url, region }: Endpoint,
  ports: readonly number[],
  pause: LocalWorldOptions["pause"],
): string {
  return stringify({
    catalog: { kind: "file", path: "./catalog" },
    deployments: {
      [DEPLOYMENT]: {
        product: "scalardl",
        components: { ledger: { kind: "ledger", instances: ports.map((port) => `127.0.0.1:${port}`) } },
        ...(pause && { pause }),
        databases: { main: { kind: "dynamodb", region, endpoint: url, prefix: PREFIX } },
        objective: "26h",
      },
    },
  });
}
