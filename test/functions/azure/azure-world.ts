import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tls from "node:tls";
import { ContainerClient, StorageSharedKeyCredential } from "@azure/storage-blob";
import { stringify } from "yaml";
import { type RehearsalCosmosdb, startCosmosdb } from "../../../rehearsal/cosmosdb/cosmosdb.ts";
import type { Pace } from "../../../rehearsal/cosmosdb/pace.ts";
import type { AdminServer } from "../../../rehearsal/ledger/admin-server.ts";
import { serveAdmin } from "../../../rehearsal/ledger/admin-server.ts";
import { ruinCosmosdb } from "../../../rehearsal/ledger/cosmosdb/disaster.ts";
import { cosmosdbClient } from "../../../rehearsal/ledger/cosmosdb/endpoint.ts";
import { Gate } from "../../../rehearsal/ledger/gate.ts";
import { openLedger } from "../../../rehearsal/ledger/open-ledger.ts";
import { createCatalogTable } from "../../../shared/catalog/azure-table/create-table.ts";
import { connectCatalog } from "../../../shared/catalog/azure-table/table.ts";
import { azureTableStore } from "../../../shared/catalog/azure-table-store.ts";
import { type Catalog, catalogOver } from "../../../shared/catalog/catalog.ts";
import { ACCOUNT, ACCOUNT_KEY, type Azurite, KEY_ENV, startAzurite } from "../../azurite.ts";
import { type Accidents, startAccidents } from "../../parts/accidents-before.ts";
import { onLogged } from "../../workflow/functions-core.ts";
import { type NoticesTopic, startTopic } from "./notices.ts";

/** The app that the functions take themselves for. */
export const SITE = "stillpoint-test";
const SEED = "azure";
const DATABASE = "ledger";
const PARTS = "parts";
/** A backup takes a moment to be complete, and nothing else takes time. */
const PACE: Pace = {
  backupDelayMs: 300,
  restoreLeastMs: 0,
  restoreMostMs: 0,
  createAccountMs: 0,
  updateAccountMs: 0,
  deleteAccountMs: 0,
  resourceMs: 0,
  backupInformationMs: 0,
};

/** One deployment: two instances that are no more than their gates. */
export interface Instances {
  readonly gates: readonly Gate[];
  readonly addresses: readonly string[];
  /** Nothing listens any more, as when the instances were stopped. */
  stop(): Promise<void>;
  /** At the same addresses. */
  start(): Promise<void>;
}

export interface AzureWorld extends AsyncDisposable {
  readonly config: string;
  readonly cosmosdb: RehearsalCosmosdb;
  /** On the functions' way to their catalog. */
  readonly catalogWay: Accidents;
  readonly topic: NoticesTopic;
  readonly catalog: Catalog;
  /** Of each deployment. */
  readonly instances: Readonly<Record<string, Instances>>;
  /** Every line that the functions have logged, as it is. */
  readonly lines: readonly string[];
  /** Those that are objects. */
  objects(): readonly Record<string, unknown>[];
  metrics(name: string): readonly { readonly value: unknown; readonly deployment: unknown }[];
  told(type: string): readonly Record<string, unknown>[];
  /** Told of each line as it is logged. */
  onLine(hear: (line: string) => void): void;
  /** A sweep that lives, as far as the catalog knows. */
  beat(atMs?: number): Promise<void>;
  /** Half of the assets are overwritten or deleted, past the ledger. */
  ruin(): Promise<void>;
}

interface Settings {
  /** What differs from the settings that all of them have, by name. Default: one, `payments`. */
  readonly deployments?: Readonly<Record<string, object>>;
  /** Of the section `azure`. */
  readonly azure?: object;
  readonly env?: Readonly<Record<string, string>>;
}

/** An Azure with a ledger, a catalog, a topic and gates, and the environment that the templates give the functions. */
export async function azureWorld({
  deployments = { payments: {} },
  azure = {},
  env = {},
}: Settings = {}): Promise<AzureWorld> {
  const cosmosdb = await startCosmosdb({ seed: SEED, pace: PACE });
  const trusted = tls.getCACertificates("default");
  const [azurite, topic] = await Promise.all([startAzurite(), startTopic()]);
  tls.setDefaultCACertificates([...trusted, cosmosdb.caCertificate, topic.certificate]);
  const { documentEndpoint: url, keys } = await cosmosdb.createAccount({ name: DATABASE });
  const endpoint = { kind: "cosmosdb", url, key: keys.primaryMasterKey, ca: cosmosdb.caCertificate } as const;
  await openLedger({ endpoint, prefix: "", seed: SEED, assets: 6, balance: 100 });
  const names = Object.keys(deployments);
  const instances = Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await startInstances()] as const)),
  );
  const folder = await mkdtemp(join(tmpdir(), "stillpoint-azure-"));
  const config = join(folder, "stillpoint.yml");
  const address = { ...azurite.table, table: "stillpoint" };
  const catalogWay = await startAccidents(azurite.table.endpoint);
  const way = { ...address, endpoint: catalogWay.endpoint };
  await writeFile(config, configuration({ deployments, azure, cosmosdb, azurite, instances, catalog: way }));
  const before = { ...process.env };
  Object.assign(process.env, KEY_ENV, cosmosdb.environment(), {
    STILLPOINT_CONFIG: config,
    STILLPOINT_NOTICES: topic.address,
    WEBSITE_SITE_NAME: SITE,
    ...env,
  });
  await createCatalogTable(address, KEY_ENV);
  const key = new StorageSharedKeyCredential(ACCOUNT, ACCOUNT_KEY);
  await new ContainerClient(`${azurite.blob.endpoint}/${PARTS}`, key).create();
  const catalog = catalogOver(azureTableStore(await connectCatalog(address, KEY_ENV)));
  const lines: string[] = [];
  let hear: (line: string) => void = () => undefined;
  onLogged((line) => {
    lines.push(line);
    hear(line);
  });
  const objects = () =>
    lines.flatMap((line) => (line.startsWith("{") ? [JSON.parse(line) as Record<string, unknown>] : []));
  return {
    config,
    cosmosdb,
    catalogWay,
    topic,
    catalog,
    instances,
    lines,
    objects,
    metrics: (name) =>
      objects()
        .filter((line) => line["metric"] === name)
        .map(({ value, deployment }) => ({ value, deployment })),
    told: (type) => topic.notices.filter((notice) => notice.type === type).map(({ data }) => data),
    onLine: (listener) => {
      hear = listener;
    },
    beat: (atMs = Date.now()) =>
      catalog.sweeps.beatScheduled({ host: "stillpoint-sweep", process: 1, intervalMs: 60_000 }, atMs),
    ruin: async () => {
      const client = cosmosdbClient(endpoint);
      await ruinCosmosdb(client, { seed: SEED, share: 0.5 });
      client.dispose();
    },
    [Symbol.asyncDispose]: async () => {
      onLogged(() => undefined);
      for (const one of Object.values(instances)) await one.stop();
      await catalogWay[Symbol.asyncDispose]();
      await Promise.all([cosmosdb.close(), azurite[Symbol.asyncDispose](), topic[Symbol.asyncDispose]()]);
      await rm(folder, { recursive: true });
      tls.setDefaultCACertificates(trusted);
      process.env = before;
    },
  };
}

async function startInstances(): Promise<Instances> {
  const gates = [new Gate("scalardl-3.14"), new Gate("scalardl-3.14")];
  let servers: AdminServer[] = await Promise.all(
    gates.map((gate) => serveAdmin(gate, { host: "127.0.0.1", port: 0 })),
  );
  const places = servers.map(({ host, port }) => ({ host, port }));
  return {
    gates,
    addresses: places.map(({ host, port }) => `${host}:${port}`),
    stop: async () => {
      await Promise.all(servers.splice(0).map((server) => server.close()));
    },
    start: async () => {
      servers = await Promise.all(
        gates.map((gate, nth) => serveAdmin(gate, places[nth] ?? { host: "", port: 0 })),
      );
    },
  };
}

interface Parts
  extends Required<Pick<Settings, "deployments" | "azure">>,
    Pick<AzureWorld, "cosmosdb" | "instances"> {
  readonly azurite: Azurite;
  readonly catalog: object;
}

function configuration({ deployments, azure, cosmosdb, azurite, instances, catalog }: Parts): string {
  const { subscription, resourceGroup, armEndpoint } = cosmosdb;
  const verifyFrom = { address: "127.0.0.1" };
  const main = { kind: "cosmosdb", subscription, resourceGroup, account: DATABASE, armEndpoint, verifyFrom };
  const one = (name: string, more: object) => ({
    components: { ledger: { kind: "ledger", instances: instances[name]?.addresses } },
    pause: { drainWait: "8s", longest: "20s", rpcDeadline: "2s" },
    databases: { main },
    objective: "26h",
    ...more,
  });
  return stringify({
    catalog: { kind: "azure-table", ...catalog },
    verification: { parts: { kind: "blob", ...azurite.blob, container: PARTS } },
    deployments: Object.fromEntries(
      Object.entries(deployments).map(([name, more]) => [name, one(name, more)]),
    ),
    azure: { subscription, location: "japaneast", ...azure },
  });
}
