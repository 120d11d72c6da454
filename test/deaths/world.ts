import { writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { TestContext } from "vitest";
import { startDynamodb } from "../../rehearsal/dynamodb/dynamodb.ts";
import { serveAdmin } from "../../rehearsal/ledger/admin-server.ts";
import type { Endpoint } from "../../rehearsal/ledger/endpoint.ts";
import { openLedger } from "../../rehearsal/ledger/open-ledger.ts";
import { type Catalog, catalogOver } from "../../shared/catalog/catalog.ts";
import { fileStore } from "../../shared/catalog/file-store.ts";
import type { PauseRecord } from "../../shared/catalog/model.ts";
import { configuration, configured, type Started, type Starting, start } from "../cli/stillpoint.ts";
import { until } from "../cli/until.ts";
import { type TrueGate, trueGate } from "./true-gate.ts";

const PREFIX = "prod_";
const SEED = "deaths";
const RPC_DEADLINE_MS = 1_000;
/** Short, so that a deadline can be waited for; calls may take what they take on a busy machine. */
const PAUSE = {
  drainWait: "300ms",
  longest: "6s",
  rpcDeadline: `${RPC_DEADLINE_MS}ms`,
  clockAllowance: "20ms",
};
/** Until a guard looks again, and what its three calls may take. */
export const ONE_SWEEP_MS = 1_000 + 3 * RPC_DEADLINE_MS;

export interface Database extends AsyncDisposable {
  readonly endpoint: Endpoint;
}

/** The tables of a ledger, whose clock several worlds may ask. */
export async function startDatabase(): Promise<Database> {
  const dynamodb = await startDynamodb({ seed: SEED });
  const endpoint = { url: dynamodb.endpoint, region: dynamodb.region };
  await openLedger({ endpoint, prefix: PREFIX, seed: SEED, assets: 2, balance: 100 });
  return { endpoint, [Symbol.asyncDispose]: () => dynamodb.close() };
}

/** Instances that are no more than their gates, which know the truth. */
export interface Instances extends AsyncDisposable {
  readonly gates: readonly TrueGate[];
  readonly addresses: readonly string[];
}

export function areShut({ gates }: Instances): boolean {
  return gates.every(({ gate }) => gate.checkPaused());
}

export async function startInstances(): Promise<Instances> {
  const gates = [trueGate(), trueGate()];
  const servers = await Promise.all(
    gates.map(({ gate }) => serveAdmin(gate, { host: "127.0.0.1", port: 0 })),
  );
  return {
    gates,
    addresses: servers.map(({ host, port }) => `${host}:${port}`),
    [Symbol.asyncDispose]: async () => {
      await Promise.all(servers.map((server) => server.close()));
    },
  };
}

/** A configuration over them with a catalog of its own, and the command line in it. */
export interface World extends AsyncDisposable {
  readonly folder: string;
  readonly config: string;
  readonly catalog: Catalog;
  start(...words: string[]): Started;
  startIn(starting: Starting, ...words: string[]): Started;
  /** With a deadline that a busy machine can keep: a backup that is judged after it is invalid. */
  startUnhurried(...words: string[]): Started;
  records(): Promise<readonly PauseRecord[]>;
}

export interface WorldOptions {
  readonly component?: "ledger" | "scalardb-server";
  readonly pause?: object;
  readonly catalog?: string;
}

export async function startWorld(
  { endpoint: { url, region } }: Database,
  addresses: readonly string[],
  { component = "ledger", pause = {}, catalog = "./catalog" }: WorldOptions = {},
): Promise<World> {
  const deployments = (longest: object) => ({
    payments: {
      components: { [component]: { kind: component, instances: addresses } },
      pause: { ...PAUSE, ...pause, ...longest },
      databases: { main: { kind: "dynamodb", region, endpoint: url, prefix: PREFIX } },
    },
  });
  const folder = await configured(deployments({}), catalog);
  const unhurried = join(folder.folder, "unhurried.yml");
  await writeFile(unhurried, configuration(deployments({ longest: "30s" }), catalog));
  const opened = catalogOver(fileStore(resolve(folder.folder, catalog)));
  return {
    ...folder,
    catalog: opened,
    start: (...words) => start(["-c", folder.config, ...words]),
    startIn: (starting, ...words) => start(["-c", folder.config, ...words], starting),
    startUnhurried: (...words) => start(["-c", unhurried, ...words]),
    records: async () => (await opened.pauses.list()).records,
  };
}

/** Instances and a world of a test's own, gone after it. */
export async function newWorld(
  { onTestFinished }: TestContext,
  database: Database,
  options: WorldOptions = {},
): Promise<{ readonly instances: Instances; readonly world: World }> {
  const instances = await startInstances();
  const world = await startWorld(database, instances.addresses, options);
  onTestFinished(async () => {
    await world[Symbol.asyncDispose]();
    await instances[Symbol.asyncDispose]();
  });
  return { instances, world };
}

/** Until a backup holds everything; one that ends before says why. */
export async function untilShut({ child, ended }: Started, instances: Instances): Promise<void> {
  await until(() => areShut(instances) || child.exitCode !== null);
  if (!areShut(instances)) throw new Error(`the backup ended early: ${JSON.stringify(await ended)}`);
}

export async function isSettled(world: World): Promise<boolean> {
  return (await world.records()).every(({ state }) => state === "closed");
}

export function areOpen({ gates }: Instances): boolean {
  return gates.every(({ gate }) => !gate.checkPaused());
}
