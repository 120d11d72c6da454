import * as tls from "node:tls";
import { vi } from "vitest";
import { accountsByHand } from "../../rehearsal/accounts-by-hand.ts";
import { type CosmosdbWorld, startCosmosdbWorld } from "../../rehearsal/cosmosdb-world.ts";
import { cosmosdbClient } from "../../rehearsal/ledger/cosmosdb/endpoint.ts";
import type { Totals } from "../../rehearsal/ledger/totals.ts";
import type { RestorePoint } from "../../shared/catalog/model.ts";
import { captureNamed } from "../../shared/databases/cosmosdb/capture.ts";
import { followPoints } from "../../shared/deployment/follow-points.ts";
import type { OpenDeployment } from "../../shared/deployment/open-deployment.ts";
import { takeBackup } from "../../shared/deployment/take-backup.ts";
import type { CapturedCosmosdb } from "../../shared/restore/cosmosdb/captured.ts";
import { RUN_TAG } from "../../shared/restore/cosmosdb/settings.ts";
import { openWorld, untilCommitted } from "./ruined-world.ts";

const CLIENTS = 4;
const COMMITS_BEFORE = 30;
const COMMITS_AFTER = 15;
const COMPLETE = { timeout: 30_000, interval: 100 };

export interface RuinedAccount extends AsyncDisposable {
  readonly world: CosmosdbWorld;
  readonly open: OpenDeployment;
  readonly point: RestorePoint;
  /** Before anybody moved money. */
  readonly opening: Totals;
}

/** A ledger on Cosmos DB that was backed up under load, went on, was struck by the disaster, and is stopped. */
export async function ruinedAccount(seed: string): Promise<RuinedAccount> {
  await using started = new AsyncDisposableStack();
  const pace = { backupDelayMs: 500, restoreLeastMs: 50, restoreMostMs: 500 };
  const world = await startCosmosdbWorld({ seed, assets: 8, instances: 2, cosmosdb: { pace } });
  started.defer(() => world.close());
  started.defer(letIn(world));
  const open = openWorld(world.config);
  started.defer(() => open.close());
  await setSome(world, open);
  const opening = await world.totals();
  const point = await backUpUnderLoad({ world, open });
  await world.ruin();
  await world.stopInstances();
  const owned = started.move();
  return { world, open, point, opening, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** This process and its children trust the imitation, and are its managed identity. */
function letIn({ cosmosdb }: CosmosdbWorld): () => void {
  const trusted = tls.getCACertificates("default");
  tls.setDefaultCACertificates([...trusted, cosmosdb.caCertificate]);
  for (const [name, value] of Object.entries(cosmosdb.environment())) vi.stubEnv(name, value);
  return () => {
    tls.setDefaultCACertificates(trusted);
    vi.unstubAllEnvs();
  };
}

/** Settings that a restore loses or changes. */
async function setSome({ cosmosdb, account }: CosmosdbWorld, open: OpenDeployment): Promise<void> {
  const { resourceGroup: group } = cosmosdb;
  const { databaseAccounts, sqlResources } = await open.cosmosdb("main").connection.arm();
  const ipRules = ["127.0.0.1", "10.1.0.0/16"].map((ipAddressOrRange) => ({ ipAddressOrRange }));
  await databaseAccounts.update(group, account, { tags: { team: "ledger" }, ipRules });
  const { resource } = await sqlResources.getSqlContainer(group, account, "app", "account");
  if (resource === undefined) throw new Error("the ledger has no container app/account");
  const kept = { resource: { ...resource, defaultTtl: -1 } };
  await sqlResources.createUpdateSqlContainer(group, account, "app", "account", kept);
}

async function backUpUnderLoad({
  world,
  open,
}: Pick<RuinedAccount, "world" | "open">): Promise<RestorePoint> {
  const load = world.startLoad(CLIENTS);
  try {
    await untilCommitted(load, COMMITS_BEFORE);
    const { point, verdict } = await takeBackup(open, { report: () => undefined });
    if (point === undefined) throw new Error(`the backup was not valid: ${JSON.stringify(verdict)}`);
    await untilComplete(open, point.id);
    await untilCommitted(load, load.calls().length + COMMITS_AFTER);
    return point;
  } finally {
    await load.stop();
  }
}

export async function untilComplete(open: OpenDeployment, point: string): Promise<void> {
  await vi.waitFor(async () => {
    await followPoints(open);
    const { record } = await open.catalog.points.get(point);
    if (record.artifact !== "complete")
      throw new Error(`"${point}" is ${record.artifact}: ${record.because}`);
  }, COMPLETE);
}

/** An account as it is, but for its names and ids, and for what the database adds to documents. */
export async function lookAt({ world, open }: Pick<RuinedAccount, "world" | "open">, account: string) {
  const { connection, settings } = open.cosmosdb("main");
  const captured = await captureNamed(connection, settings, account);
  return { settings: settingsOf(captured), documents: await documentsOf(world, captured) };
}

function settingsOf({ settings, databases, containers, unread }: CapturedCosmosdb) {
  const tags = Object.entries(settings.tags).filter(([name]) => name !== RUN_TAG);
  return {
    account: { ...settings, tags },
    databases: databases.map(({ rid: _, ...database }) => database),
    containers: containers.map(({ rid: _, ...container }) => container),
    unread,
  };
}

async function documentsOf({ cosmosdb }: CosmosdbWorld, { account, containers }: CapturedCosmosdb) {
  const key = await accountsByHand(cosmosdb).keyOf(account);
  const { documentEndpoint: url } = cosmosdb.account(account);
  const client = cosmosdbClient({ kind: "cosmosdb", url, key, ca: cosmosdb.caCertificate });
  try {
    const all: Record<string, unknown> = {};
    for (const { database, name } of containers) {
      const { items } = client.database(database).container(name);
      const { resources } = await items.readAll<{ id: string }>().fetchAll();
      for (const document of resources) all[`${database}/${name}/${document.id}`] = withoutSystem(document);
    }
    return all;
  } finally {
    client.dispose();
  }
}

function withoutSystem(document: object) {
  return Object.fromEntries(Object.entries(document).filter(([member]) => !member.startsWith("_")));
}
