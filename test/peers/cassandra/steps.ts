import { join } from "node:path";
import { expect, vi } from "vitest";
import { BackupOutput } from "../../../functions/cli/json/backup.ts";
import { ShowOutput } from "../../../functions/cli/json/catalog.ts";
import { FollowOutput } from "../../../functions/cli/json/follow.ts";
import type { Call } from "../../../rehearsal/ledger/clients.ts";
import { stallOf } from "../../../rehearsal/ledger/stall.ts";
import type { Totals } from "../../../rehearsal/ledger/totals.ts";
import { DEPLOYMENT } from "../../../rehearsal/rehearsal-world.ts";
import {
  type Place,
  type ScalardbCassandraWorld,
  startScalardbCassandraWorld,
} from "../../../rehearsal/scalardb-cassandra-world.ts";
import { countMoney } from "../../../rehearsal/scalardb-server/bank.ts";
import { openCassy } from "../../../shared/databases/cassandra/open-cassy.ts";
import { startForPeople, stillpoint } from "../stillpoint.ts";

export interface World extends ScalardbCassandraWorld {
  /** The ways with a pause that is long enough for all. */
  readonly guarded: Place;
  readonly byCassy: Place;
  readonly byCommand: Place;
}

/** Java starts several times inside the window, and two cores may have other work. */
const PAUSE = { longest: "45s", drainWait: "10s" };

export async function startWorld(): Promise<World> {
  return withPlaces(await startScalardbCassandraWorld({ seed: "cassandra", accounts: 20, servers: 2 }));
}

/** What a test left behind must not be in the way of the next: all nodes run, and Cassy has nothing to do. */
export async function tidied(world: World): Promise<World> {
  world.atSnapshot.clear();
  await world.cluster.start();
  await untilCassyIsIdle(world);
  await world.restartCassy();
  return withPlaces(world);
}

async function withPlaces(world: ScalardbCassandraWorld): Promise<World> {
  const [guarded, byCassy, byCommand] = await Promise.all([
    world.place("guarded", PAUSE),
    world.place("cassy", PAUSE),
    world.place("command", PAUSE),
  ]);
  return { ...world, guarded, byCassy, byCommand };
}

const CLIENTS = 4;
/** Enough for the servers to have found their pace. */
const TRANSFERS = 30;
const LOADED = { timeout: 60_000, interval: 100 };
const RESTORED = { timeout: 60_000, interval: 50 };

export interface LoadedBackup {
  readonly point: string;
  readonly pause: string;
  readonly window: { readonly startMs: number; readonly endMs: number };
  readonly heldMs: number;
  readonly calls: readonly Call[];
}

/** Takes a good backup while clients are at work, before it and after; they have all ended then. */
export async function backUpUnderLoad(
  world: World,
  place: Place,
  args: readonly string[],
  verdict: "valid" | "observed",
): Promise<LoadedBackup> {
  const load = world.startLoad(CLIENTS);
  await vi.waitFor(() => expect(load.calls().length).toBeGreaterThan(TRANSFERS), LOADED);
  const { status, said } = await stillpoint(place, BackupOutput, "backup", ...args);
  expect(said).toMatchObject({ reasons: [], verdict, stillPaused: [] });
  expect(status).toBe(0);
  const { window, point, pause, heldMs } = said;
  if (window === undefined || point === undefined || pause === undefined)
    throw new Error("a good backup has a window, a point and a pause");
  const before = load.calls().length;
  await vi.waitFor(() => expect(load.calls().length).toBeGreaterThan(before + TRANSFERS), LOADED);
  const calls = await load.stop();
  return { point: point.id, pause, window, heldMs, calls };
}

/**
 * What is to come back: nothing commits inside the window, so an answer that arrived there is of before it. Where two race
 * for a record of the coordinator, a client may never learn which of them has won.
 */
export function expectBankOf({ calls, window }: LoadedBackup, opening: Totals, restored: Totals): void {
  const before = calls.filter(({ answeredMs }) => answeredMs <= window.endMs);
  const committed = opening.transactions + before.filter(({ result }) => result === "committed").length;
  const unknown = before.filter(({ result }) => result === "unknown").length;
  expect(restored).toMatchObject({ assets: opening.assets, balance: opening.balance });
  expect(restored.transactions).toBeGreaterThanOrEqual(committed);
  expect(restored.transactions).toBeLessThanOrEqual(committed + unknown);
}

/** Looks at what Cassy uploads until it is decided; answers what became of the point. */
export async function followToTheEnd({ guarded }: World, point: string) {
  const { said } = await stillpoint(guarded, FollowOutput, "follow", "--watch");
  const found = said.deployments.flatMap(({ points }) => points).find((each) => each.point === point);
  if (found === undefined) throw new Error(`"${point}" was not followed`);
  return found;
}

/** Until nothing that was begun is under way any more, by Cassy's own word. */
async function untilCassyIsIdle(world: World): Promise<void> {
  const { host, port } = world.cassy();
  const cassy = openCassy({ host, port });
  await vi.waitFor(async () => {
    const clusters = await cassy.clusters();
    const entries = await Promise.all(clusters.map(({ clusterId }) => cassy.backups({ clusterId })));
    const atWork = entries.flat().filter(({ status }) => status !== "completed" && status !== "failed");
    expect(atWork).toEqual([]);
  }, LOADED);
  cassy.close();
}

/** What an operator does on every node before a restore; answers where each node's data is now. */
export async function stopAndSetAside({ cluster }: World): Promise<readonly string[]> {
  await cluster.kill();
  return Promise.all(cluster.nodes.map(async (node) => join(await node.setFilesAside(), "data")));
}

/** Carries out a run, and starts the nodes when it says so, as an operator who reads along. */
export async function restoreWithNodes(world: World, run: string) {
  const child = startForPeople(world.guarded, "restore", "--plan", run, "--confirm", DEPLOYMENT);
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  let told = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (chunk: string) => {
      told += chunk;
    });
  const asked = vi.waitFor(() => expect(told).toMatch(/then\s+start\s+Cassandra\s+on/), RESTORED);
  await Promise.race([asked, ended]);
  const startedMs = performance.now();
  await world.cluster.start();
  const startMs = performance.now() - startedMs;
  const status = await ended;
  const { said } = await stillpoint(world.guarded, ShowOutput, "show", run);
  if (!("run" in said)) throw new Error(`"${run}" is no run`);
  return { status, run: said.run, told, startMs };
}

export async function expectGoingOn(world: World): Promise<void> {
  const load = world.startLoad(CLIENTS);
  await vi.waitFor(() => expect(load.calls().length).toBeGreaterThan(TRANSFERS), LOADED);
  expect(stallOf(await load.stop()).committed).toBeGreaterThan(TRANSFERS - CLIENTS);
  const [server] = world.scalardb.transactions();
  if (server === undefined) throw new Error("no server runs");
  const { accounts, total } = await countMoney(server, world.scalardb.bank);
  expect({ accounts, total }).toEqual({
    accounts: world.scalardb.bank.accounts.length,
    total: world.scalardb.bank.total,
  });
}
