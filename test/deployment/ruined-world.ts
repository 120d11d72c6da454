import { setTimeout as delay } from "node:timers/promises";
import { ListTablesCommand } from "@aws-sdk/client-dynamodb";
import type { Load } from "../../rehearsal/ledger/clients.ts";
import { ruin } from "../../rehearsal/ledger/disaster.ts";
import type { Totals } from "../../rehearsal/ledger/totals.ts";
import { type LocalWorld, startLocalWorld } from "../../rehearsal/local-world.ts";
import { DEPLOYMENT } from "../../rehearsal/rehearsal-world.ts";
import { catalogOver } from "../../shared/catalog/catalog.ts";
import type { RestorePoint } from "../../shared/catalog/model.ts";
import { openStore } from "../../shared/catalog/open-store.ts";
import { deploymentNamed, loadConfig } from "../../shared/config/load-config.ts";
import { type OpenDeployment, openDeployment } from "../../shared/deployment/open-deployment.ts";
import { takeBackup } from "../../shared/deployment/take-backup.ts";

/** Where the SDK looks for them, in the child processes too. */
process.env["AWS_ACCESS_KEY_ID"] = "test";
process.env["AWS_SECRET_ACCESS_KEY"] = "test";

const CLIENTS = 4;
const COMMITS_BEFORE = 40;
const COMMITS_AFTER = 20;

export interface RuinedWorld extends AsyncDisposable {
  readonly world: LocalWorld;
  readonly open: OpenDeployment;
  readonly point: RestorePoint;
  /** Before anybody moved money. */
  readonly opening: Totals;
}

export function openWorld(config: string): OpenDeployment {
  const loaded = loadConfig(config, process.env);
  const catalog = catalogOver(openStore(loaded.catalog, () => {}));
  return openDeployment(deploymentNamed(loaded, DEPLOYMENT), catalog, process.env);
}

/** A ledger that was backed up under load, went on, and was struck by the disaster. It still runs. */
export async function ruinedWorld(seed: string): Promise<RuinedWorld> {
  const world = await startLocalWorld({
    seed,
    assets: 8,
    instances: 2,
    dynamodb: { pace: { latestDelayMs: 300, restoreLeastMs: 50, restoreMostMs: 300 } },
  });
  const open = openWorld(world.config);
  const close = async () => {
    open.close();
    await world.close();
  };
  try {
    return { world, open, ...(await backedUpAndRuined(world, open, seed)), [Symbol.asyncDispose]: close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function backedUpAndRuined(world: LocalWorld, open: OpenDeployment, seed: string) {
  const opening = await world.totals();
  const load = world.startLoad(CLIENTS);
  await untilCommitted(load, COMMITS_BEFORE);
  const { point, verdict } = await takeBackup(open, { report: () => undefined });
  if (point === undefined) throw new Error(`the backup was not valid: ${JSON.stringify(verdict)}`);
  await untilCommitted(load, load.calls().length + COMMITS_AFTER);
  await load.stop();
  await ruin(world.client, world.names, { seed, share: 0.5 });
  return { opening, point };
}

const LOOK_MS = 10;

export async function untilCommitted(load: Load, commits: number): Promise<void> {
  while (load.calls().filter(({ result }) => result === "committed").length < commits) await delay(LOOK_MS);
}

export async function tablesOf({ client }: LocalWorld): Promise<readonly string[]> {
  return (await client.send(new ListTablesCommand({}))).TableNames ?? [];
}
