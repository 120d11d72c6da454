import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeConfiguration } from "./configuration.ts";
import { type RehearsalDynamodbOptions, startDynamodb } from "./dynamodb/dynamodb.ts";
import { startLoad } from "./ledger/clients.ts";
import { ruin } from "./ledger/disaster.ts";
import { dynamodbClient, type Endpoint } from "./ledger/endpoint.ts";
import type { GateSemantics } from "./ledger/gate.ts";
import { openLedger } from "./ledger/open-ledger.ts";
import { type RunningInstances, startInstances } from "./ledger/start-instances.ts";
import { prefixed, totals } from "./ledger/totals.ts";
import type { RehearsalWorld } from "./rehearsal-world.ts";

/** A world with the embedded ledger. */
export interface LocalWorld extends RehearsalWorld {
  readonly folder: string;
  readonly instances: RunningInstances;
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

const PREFIX = "prod_";
const OPENING_BALANCE = 1_000;
const RUINED_SHARE = 0.3;
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
  let loads = 0;
  const ports = running.instances.map(({ adminPort }) => adminPort);
  const config = await writeConfiguration(folder, {
    product: "scalardl",
    component: "ledger",
    ports,
    endpoint,
    prefix: PREFIX,
    pause: options.pause,
  });
  return {
    folder,
    config,
    dynamodb,
    client,
    names: prefixed(PREFIX),
    words: { service: "ledger", things: "assets" },
    get instances() {
      return running;
    },
    startLoad: (clients, transfersPerSecond) =>
      startLoad({
        instances: running.instances.map(({ clientUrl }) => clientUrl),
        assets,
        clients,
        // A nonce is a transaction's id: the same again would be answered from the first load's outcome.
        seed: `${seed} load ${loads++}`,
        ...(transfersPerSecond !== undefined && { transfersPerSecond }),
      }),
    totals: (names = prefixed(PREFIX)) => totals(client, names),
    ruin: async () => {
      const { overwritten, deleted } = await ruin(client, prefixed(PREFIX), { seed, share: RUINED_SHARE });
      const done = `${overwritten} asset records overwritten, ${deleted} deleted, behind the ledger's back.`;
      return { done, showsInRows: true };
    },
    stopInstances: () => running.stop(),
    restartInstances: async () => {
      running = await start(ports);
    },
    close: async () => {
      await running.kill("SIGKILL");
      client.destroy();
      await dynamodb.close();
      if (!options.keep) await rm(folder, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}
