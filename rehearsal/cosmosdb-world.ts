import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CosmosClient } from "@azure/cosmos";
import { StillpointError } from "../shared/errors/stillpoint-error.ts";
import type { RestoreResult } from "../shared/restore/restore-plan.ts";
import { accountsByHand } from "./accounts-by-hand.ts";
import { cosmosdbSection, writeConfiguration } from "./configuration.ts";
import { type RehearsalCosmosdb, type RehearsalCosmosdbOptions, startCosmosdb } from "./cosmosdb/cosmosdb.ts";
import { ruinCosmosdb } from "./ledger/cosmosdb/disaster.ts";
import { type CosmosdbEndpoint, cosmosdbClient } from "./ledger/cosmosdb/endpoint.ts";
import { cosmosdbTotals } from "./ledger/cosmosdb/totals.ts";
import { openLedger } from "./ledger/open-ledger.ts";
import type { RunningInstances } from "./ledger/start-instances.ts";
import { type LedgerProcesses, startLedgerProcesses } from "./ledger-processes.ts";
import { OPENING_BALANCE, RUINED_SHARE, type WorldOptions } from "./local-world.ts";
import { plainAccount } from "./plain-account.ts";
import { type RehearsalWorld, underLoad } from "./rehearsal-world.ts";

/** A world with the embedded ledger on Cosmos DB. */
export interface CosmosdbWorld extends RehearsalWorld {
  readonly folder: string;
  readonly cosmosdb: RehearsalCosmosdb;
  readonly instances: RunningInstances;
  /** Name of the account that the instances work on. */
  readonly account: string;
}

export interface CosmosdbWorldOptions extends WorldOptions {
  readonly cosmosdb?: Omit<RehearsalCosmosdbOptions, "seed">;
}

const ACCOUNT = "prod-ledger";
/** Namespaces are databases of an account that is the ledger's alone. */
const PREFIX = "";

export async function startCosmosdbWorld(options: CosmosdbWorldOptions): Promise<CosmosdbWorld> {
  const { seed, assets: count = 24, instances = 3, semantics = "scalardl-3.14", keep = false } = options;
  await using started = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "stillpoint-rehearsal-"));
  if (!keep) started.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }));
  const cosmosdb = await startCosmosdb({ ...options.cosmosdb, seed });
  started.defer(() => cosmosdb.close());
  const { documentEndpoint, keys } = await cosmosdb.createAccount({ name: ACCOUNT });
  const endpoint = endpointOf(cosmosdb, documentEndpoint, keys.primaryMasterKey);
  const place = { endpoint, prefix: PREFIX, seed };
  const assets = await openLedger({ ...place, assets: count, balance: OPENING_BALANCE });
  const processes = await startLedgerProcesses({ ...place, count: instances, semantics, assets });
  started.defer(() => processes.kill());
  const configure = (account: string) =>
    writeConfiguration(folder, {
      product: "scalardl",
      component: "ledger",
      ports: processes.ports,
      databases: { main: cosmosdbSection(cosmosdb, account) },
      pause: options.pause,
    });
  const config = await configure(ACCOUNT);
  const attached = attachTo({ account: ACCOUNT, endpoint });
  started.defer(async () => attached.close());
  return worldOf({ seed, folder, config, cosmosdb, processes, attached, configure }, started.move());
}

function endpointOf({ caCertificate }: RehearsalCosmosdb, url: string, key: string): CosmosdbEndpoint {
  return { kind: "cosmosdb", url, key, ca: caCertificate };
}

interface Place {
  readonly account: string;
  readonly endpoint: CosmosdbEndpoint;
}

/** The account that is in use, which a restore exchanges for another. */
interface Attached {
  readonly place: Place;
  readonly client: CosmosClient;
  moveTo(place: Place): void;
  close(): void;
}

function attachTo(first: Place): Attached {
  let place = first;
  let client = cosmosdbClient(first.endpoint);
  return {
    get place() {
      return place;
    },
    get client() {
      return client;
    },
    moveTo(next) {
      client.dispose();
      place = next;
      client = cosmosdbClient(next.endpoint);
    },
    close: () => client.dispose(),
  };
}

interface Parts {
  readonly seed: string;
  readonly folder: string;
  readonly config: string;
  readonly cosmosdb: RehearsalCosmosdb;
  readonly processes: LedgerProcesses;
  readonly attached: Attached;
  readonly configure: (account: string) => Promise<string>;
}

function worldOf(parts: Parts, owned: AsyncDisposableStack): CosmosdbWorld {
  const { seed, folder, config, cosmosdb, processes, attached } = parts;
  return {
    folder,
    config,
    cosmosdb,
    environment: cosmosdb.environment(),
    words: { service: "ledger", things: "assets", tables: "containers", restored: "account" },
    whereabouts: `Azure at ${cosmosdb.armEndpoint}`,
    scaled: cosmosdb.scaled,
    get instances() {
      return processes.running;
    },
    get account() {
      return attached.place.account;
    },
    now: () => cosmosdb.now(),
    startLoad: processes.startLoad,
    totals: () => cosmosdbTotals(attached.client, PREFIX),
    plainCopies: async () => {
      const second = underLoad(cosmosdb.now());
      const original = { cosmosdb, config, account: attached.place.account };
      return { of: "second", make: (turn) => plainAccount(original, second - turn, turn) };
    },
    ruin: async () => {
      const struck = { seed, share: RUINED_SHARE, prefix: PREFIX };
      const { overwritten, deleted } = await ruinCosmosdb(attached.client, struck);
      const done = `${overwritten} asset records overwritten, ${deleted} deleted, behind the ledger's back.`;
      return { done, showsInRows: true };
    },
    stopInstances: processes.stop,
    followUp: (result) => takeOver(parts, result),
    restartInstances: () => processes.restart(attached.place.endpoint),
    close: () => owned.disposeAsync(),
  };
}

/** The ledger's properties and the configuration get the new account, as the end of the restore tells. */
async function takeOver(
  { cosmosdb, attached, configure }: Parts,
  result: RestoreResult,
): Promise<readonly string[]> {
  const [restored] = result.kind === "cosmosdb" ? result.accounts : [];
  if (restored === undefined)
    throw new StillpointError("REHEARSAL_FAILED", "the restore names no account that takes over");
  const account = restored.restored;
  const key = await accountsByHand(cosmosdb).keyOf(account);
  attached.moveTo({ account, endpoint: endpointOf(cosmosdb, restored.endpoint, key) });
  await configure(account);
  return [
    `By hand: the ledger's properties get ${restored.endpoint} and the key that the command fetches,`,
    `and stillpoint.yml names account ${account}.`,
  ];
}
