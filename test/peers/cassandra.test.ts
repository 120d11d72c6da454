import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { BackupOutput } from "../../functions/cli/json/backup.ts";
import { VerifyOutput } from "../../functions/cli/json/gates.ts";
import { writeNodeTool } from "../../rehearsal/cassandra-server/node-tool.ts";
import { putSnapshotBack } from "../../rehearsal/cassandra-server/snapshot-files.ts";
import { stallOf } from "../../rehearsal/ledger/stall.ts";
import {
  type ScalardbCassandraWorld,
  startScalardbCassandraWorld,
} from "../../rehearsal/scalardb-cassandra-world.ts";
import { countMoney } from "../../rehearsal/scalardb-server/bank.ts";
import { stillpoint } from "./stillpoint.ts";

const SERVERS = 2;
const ACCOUNTS = 20;
const CLIENTS = 4;
/** Enough for the servers to have found their pace. */
const TRANSFERS = 40;
const LOADED = { timeout: 60_000, interval: 100 };
/** Java starts four times inside the window. */
const PAUSE = { longest: "45s", drainWait: "10s" };

let world: ScalardbCassandraWorld;
beforeAll(async () => {
  world = await startScalardbCassandraWorld({
    seed: "cassandra",
    accounts: ACCOUNTS,
    servers: SERVERS,
    pause: PAUSE,
  });
  const { tablesMs, serversMs, accountsMs } = world.scalardb.took;
  console.log(
    `Cassandra ${world.clusterTook | 0} ms, schema loader ${tablesMs | 0} ms, servers ${serversMs | 0} ms, accounts ${accountsMs | 0} ms`,
  );
});
afterAll(() => world?.[Symbol.asyncDispose]());

/** What an operator does on every node before a restore; answers where each node's data is now. */
async function stopAndSetAside(): Promise<readonly string[]> {
  await world.cluster.kill();
  return Promise.all(world.cluster.nodes.map(async (node) => join(await node.setFilesAside(), "data")));
}

async function expectGoingOn(): Promise<void> {
  const load = world.startLoad(CLIENTS);
  await vi.waitFor(() => expect(load.calls().length).toBeGreaterThan(TRANSFERS), LOADED);
  expect(stallOf(await load.stop()).committed).toBeGreaterThan(TRANSFERS - CLIENTS);
  const [server] = world.scalardb.transactions();
  if (server === undefined) throw new Error("no server runs");
  const { accounts, total } = await countMoney(server, world.scalardb.bank);
  expect({ accounts, total }).toEqual({ accounts: ACCOUNTS, total: world.scalardb.bank.total });
}

test("a snapshot that nodetool takes inside the window, put back by hand, is the bank of that window", async () => {
  const opening = await world.totals();
  const nodetool = await writeNodeTool(world.folder);
  const nodes = world.cluster.nodes.map(({ address }) => address).join(" ");
  const command = `pids=; for node in ${nodes}; do
    ${nodetool} -h $node snapshot -t "$STILLPOINT_PAUSE" & pids="$pids $!"
  done; for pid in $pids; do wait $pid || exit 1; done`;
  const load = world.startLoad(CLIENTS);
  await vi.waitFor(() => expect(load.calls().length).toBeGreaterThan(TRANSFERS), LOADED);
  const { status, said } = await stillpoint(world.byCommand, BackupOutput, "backup", "--run", command);
  expect(said).toMatchObject({ verdict: "valid", stillPaused: [] });
  expect(status).toBe(0);
  const { window, point, pause = "" } = said;
  if (window === undefined || point === undefined) throw new Error("a valid backup has a window and a point");
  const calls = load.calls().length;
  await vi.waitFor(() => expect(load.calls().length).toBeGreaterThan(calls + TRANSFERS), LOADED);
  const ended = await load.stop();
  expect(stallOf(ended)).toMatchObject({ unknown: 0 });
  await world.ruin();

  await world.stopInstances();
  const aside = await stopAndSetAside();
  const tables = await Promise.all(
    world.cluster.nodes.map(({ dataDir }, index) => putSnapshotBack(aside[index] ?? "", pause, dataDir)),
  );
  console.log(`Held ${said.heldMs | 0} ms; ${tables.join(", ")} directories of tables put back`);
  await world.cluster.start();
  const committed = ended.filter(
    ({ result, answeredMs }) => result === "committed" && answeredMs <= window.endMs,
  );
  const transactions = opening.transactions + committed.length;
  expect(await world.totals()).toEqual({ ...opening, transactions });
  const verified = await stillpoint(world.byCommand, VerifyOutput, "verify", "--live");
  expect(verified).toMatchObject({ status: 0, said: { report: { findings: [] } } });
  await world.scalardb.startServers();
  await expectGoingOn();
});
