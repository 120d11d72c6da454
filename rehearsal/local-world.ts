import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dynamodbSection, writeConfiguration } from "./configuration.ts";
import { type RehearsalDynamodbOptions, startDynamodb } from "./dynamodb/dynamodb.ts";
import { type DynamodbWorld, dynamodbPart } from "./dynamodb-world.ts";
import type { Habits, Load } from "./ledger/clients.ts";
import { ruin } from "./ledger/disaster.ts";
import { dynamodbClient, type Endpoint } from "./ledger/endpoint.ts";
import type { GateSemantics } from "./ledger/gate.ts";
import { openLedger } from "./ledger/open-ledger.ts";
import type { RunningInstances } from "./ledger/start-instances.ts";
import { prefixed, totals } from "./ledger/totals.ts";
import { startLedgerProcesses } from "./ledger-processes.ts";

/** A world with the embedded ledger on DynamoDB. */
export interface LocalWorld extends DynamodbWorld {
  readonly folder: string;
  readonly instances: RunningInstances;
  startLoad(clients: number, transfersPerSecond?: number, habits?: Habits): Load;
}

export interface WorldOptions {
  readonly seed: string;
  readonly assets?: number;
  readonly instances?: number;
  readonly semantics?: GateSemantics;
  /** Kept when the world is closed, for looking around. */
  readonly keep?: boolean;
  /** Settings of the pause, as the configuration file has them. */
  readonly pause?: Readonly<Record<string, string>>;
}

export interface LocalWorldOptions extends WorldOptions {
  /** The ledger has assets and no table that changes in place. */
  readonly assetsOnly?: boolean;
  /** The coordinator is told what each transaction writes. */
  readonly logsWriteSets?: boolean;
  readonly dynamodb?: Omit<RehearsalDynamodbOptions, "seed">;
}

const PREFIX = "prod_";
export const OPENING_BALANCE = 1_000;
export const RUINED_SHARE = 0.3;

export async function startLocalWorld(options: LocalWorldOptions): Promise<LocalWorld> {
  const {
    seed,
    assets: count = 24,
    instances = 3,
    semantics = "scalardl-3.14",
    assetsOnly = false,
    logsWriteSets = false,
  } = options;
  const folder = await mkdtemp(join(tmpdir(), "stillpoint-rehearsal-"));
  const dynamodb = await startDynamodb({ ...options.dynamodb, seed });
  const endpoint: Endpoint = { url: dynamodb.endpoint, region: dynamodb.region };
  const client = dynamodbClient(endpoint);
  const place = { endpoint, prefix: PREFIX, seed, logsWriteSets };
  const assets = await openLedger({ ...place, assets: count, balance: OPENING_BALANCE, assetsOnly });
  const processes = await startLedgerProcesses({ ...place, count: instances, semantics, assets });
  const config = await writeConfiguration(folder, {
    product: "scalardl",
    component: "ledger",
    ports: processes.ports,
    databases: { main: dynamodbSection(endpoint, PREFIX) },
    pause: options.pause,
  });
  const names = prefixed(PREFIX);
  return {
    ...dynamodbPart({ config, dynamodb, client, names, totals: (of) => totals(client, of) }),
    folder,
    words: { service: "ledger", things: "assets", tables: "tables", restored: "tables" },
    get instances() {
      return processes.running;
    },
    startLoad: (clients, perSecond, habits) =>
      processes.startLoad(clients, perSecond, { ...habits, ...(assetsOnly && { assetsOnly }) }),
    ruin: async () => {
      const { overwritten, deleted } = await ruin(client, names, { seed, share: RUINED_SHARE });
      const done = `${overwritten} asset records overwritten, ${deleted} deleted, behind the ledger's back.`;
      return { done, showsInRows: true };
    },
    stopInstances: processes.stop,
    restartInstances: () => processes.restart(endpoint),
    close: async () => {
      await processes.kill();
      client.destroy();
      await dynamodb.close();
      if (!options.keep) await rm(folder, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}
