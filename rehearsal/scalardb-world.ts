import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { StillpointError } from "../shared/errors/stillpoint-error.ts";
import { dynamodbSection, writeConfiguration } from "./configuration.ts";
import { startDynamodb } from "./dynamodb/dynamodb.ts";
import { type DynamodbWorld, dynamodbPart } from "./dynamodb-world.ts";
import { ruin } from "./ledger/disaster.ts";
import { dynamodbClient } from "./ledger/endpoint.ts";
import { prefixed } from "./ledger/totals.ts";
import { type LocalWorldOptions, RUINED_SHARE } from "./local-world.ts";
import { bankTotals } from "./scalardb-server/bank-totals.ts";
import { startDynamodbLocal } from "./scalardb-server/dynamodb-local.ts";
import { missingTools } from "./scalardb-server/java.ts";
import type { SchemaLoad } from "./scalardb-server/schema-loader.ts";
import { startTransfers } from "./scalardb-server/transfer-load.ts";
import { type ScalarDbWorld, startScalarDbWorld } from "./scalardb-server/world.ts";

/** A world with real ScalarDB Servers. */
export interface ScalardbWorld extends DynamodbWorld, AsyncDisposable {
  /** Configuration, catalog, and the logs of all that runs. */
  readonly folder: string;
  readonly scalardb: ScalarDbWorld;
}

export interface ScalardbWorldOptions extends Omit<LocalWorldOptions, "semantics"> {
  /** Other tables than the bank's; then no accounts are opened. */
  readonly tables?: SchemaLoad["tables"];
}

const PREFIX = "prod_";
const RUINED = { table: "app.account", column: "balance", value: { N: "0" } } as const;

/**
 * A bank on real ScalarDB Servers, over Amazon's DynamoDB Local with our point-in-time recovery in between. All of
 * them listen on every interface of the machine: neither program has a setting for it.
 */
export async function startScalardbWorld(options: ScalardbWorldOptions): Promise<ScalardbWorld> {
  const { seed, assets: accounts = 24, instances: servers = 3, keep = false } = options;
  const missing = await missingTools(["scalardb-server", "schema-loader", "dynamodb-local"]);
  if (missing !== undefined) throw new StillpointError("REHEARSAL_FAILED", missing);
  await using started = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "stillpoint-rehearsal-"));
  if (!keep) started.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }));
  const backend = options.dynamodb?.backend ?? (await localBackend(folder, started));
  const dynamodb = await startDynamodb({ ...options.dynamodb, backend, seed });
  started.defer(() => dynamodb.close());
  const endpoint = { url: dynamodb.endpoint, region: dynamodb.region };
  const client = dynamodbClient(endpoint);
  started.defer(() => client.destroy());
  const storage = { endpoint: endpoint.url, region: endpoint.region, prefix: PREFIX };
  const settings = "with-pitr-and-scaling";
  const scalardb = started.use(
    await startScalarDbWorld({ storage, dir: folder, servers, accounts, settings, tables: options.tables }),
  );
  const config = await writeConfiguration(folder, {
    product: "scalardb",
    component: "scalardb-server",
    ports: scalardb.servers().map(({ port }) => port),
    databases: { main: dynamodbSection(endpoint, PREFIX) },
    pause: options.pause,
  });
  return worldOf({ folder, config, dynamodb, client, scalardb, seed }, started.move());
}

async function localBackend(folder: string, started: AsyncDisposableStack): Promise<string> {
  const local = await startDynamodbLocal(folder);
  started.defer(() => local.process.kill());
  return local.endpoint;
}

type Parts = Pick<ScalardbWorld, "folder" | "config" | "dynamodb" | "client" | "scalardb"> & {
  readonly seed: string;
};

function worldOf({ seed, ...parts }: Parts, owned: AsyncDisposableStack): ScalardbWorld {
  const { client, scalardb, folder } = parts;
  const close = () => owned.disposeAsync();
  return {
    ...dynamodbPart({ ...parts, names: prefixed(PREFIX), totals: (names) => bankTotals(client, names) }),
    folder,
    scalardb,
    words: { service: "bank", things: "accounts", tables: "tables", restored: "tables" },
    startLoad: (clients, transfersPerSecond) =>
      startTransfers({
        bank: scalardb.bank,
        servers: scalardb.transactions(),
        clients,
        seed,
        ...(transfersPerSecond !== undefined && { restMs: (1000 * clients) / transfersPerSecond }),
      }),
    ruin: async () => {
      const struck = { seed, share: RUINED_SHARE, target: RUINED };
      const { overwritten, deleted } = await ruin(client, prefixed(PREFIX), struck);
      const done = `${overwritten} accounts set to 0, ${deleted} deleted, behind ScalarDB's back.`;
      return { done, showsInRows: false };
    },
    stopInstances: () => scalardb.stopServers(),
    restartInstances: () => scalardb.startServers(),
    close,
    [Symbol.asyncDispose]: close,
  };
}
