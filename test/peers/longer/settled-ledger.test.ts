import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { DroppedOutput } from "../../../functions/cli/json/dropped.ts";
import { RestoreOutput } from "../../../functions/cli/json/run.ts";
import { DEPLOYMENT } from "../../../rehearsal/rehearsal-world.ts";
import { LEDGER_SCHEMA, type LedgerCount } from "../../../rehearsal/scalardb-server/ledger.ts";
import { type ScalardbWorld, startScalardbWorld } from "../../../rehearsal/scalardb-world.ts";
import { secondText } from "../../../shared/verify/time-text.ts";
import { ledgerOn, OPENING_BALANCE } from "../applications.ts";
import { type Application, countAtLast, doubts, runDeadly } from "../deadly-run.ts";
import { stillpoint } from "../stillpoint.ts";

const ASSETS = 10;
const CLIENTS = 6;
const ROUNDS = 4;
/** Each round ends at a second of its own, in the middle of the work. */
const RUN = { seconds: 12, clients: CLIENTS, transfersPerSecond: 12 };
/** All clocks are this machine's; what is lost is what was committed within this before the second. */
const PAUSE = { scalarClockBound: "1s" };
const ROUND_MS = 180_000;

let world: ScalardbWorld;
let ledger: Application<LedgerCount>;

beforeAll(async () => {
  world = await startScalardbWorld({
    seed: "settled-ledger",
    instances: 2,
    pause: PAUSE,
    tables: LEDGER_SCHEMA,
  });
  ledger = await ledgerOn(world, ASSETS);
});
afterAll(() => world?.close());

/** What the tables can be restored to lies this far behind in the rehearsal. */
const COVERED_MS = 4_500;

async function settle(atMs: number) {
  await vi.waitFor(() => expect(world.now()).toBeGreaterThan(atMs + COVERED_MS), { timeout: 10_000 });
  const at = secondText(Math.floor(atMs / 1000));
  const { said } = await stillpoint(
    world,
    RestoreOutput,
    ...["restore", "--at", at, "--settle", "--confirm", DEPLOYMENT],
  );
  expect(said.error).toBeUndefined();
  expect(said).toMatchObject({ state: "done", mode: "in-place" });
  const list = await stillpoint(world, DroppedOutput, "dropped", said.run);
  return { result: said.result, dropped: list.said.dropped };
}

/** Each asset is written once more: a record in the way would be a conflict for ever. */
async function writeEveryAsset(round: number): Promise<void> {
  const before = await countAtLast(world, ledger);
  // Nonces come from the seed, and one that comes again is refused by the next settling.
  const seed = `after ${round}`;
  const load = ledger.start({ servers: world.scalardb.transactions(), clients: CLIENTS, seed });
  await expect.poll(() => load.calls().length, { timeout: 60_000 }).toBeGreaterThan(6 * ASSETS);
  await load.stop();
  const after = await countAtLast(world, ledger);
  expect(after.total).toBe(before.total);
  for (const [id, ages] of Object.entries(before.agesOf)) expect(after.agesOf[id], id).toBeGreaterThan(ages);
}

test.for(Array.from({ length: ROUNDS }, (_, round) => round))(
  "a ledger on real servers that were killed under load is settled, valid and writable, round %i",
  { timeout: ROUND_MS },
  async (round) => {
    const deaths = [{ atSecond: 3, committed: round % 2 === 0 }];
    const run = await runDeadly(world, ledger, { ...RUN, deaths, seed: `round ${round}` });
    const load = ledger.start({
      servers: world.scalardb.transactions(),
      clients: CLIENTS,
      seed: `last ${round}`,
    });
    await expect.poll(() => load.calls().length, { timeout: 30_000 }).toBeGreaterThan(2 * CLIENTS);
    await Promise.all(world.scalardb.servers().map((server) => server.process.kill()));
    const struckMs = world.now();
    await load.stop();
    const left = doubts(world, ledger.tables).length;
    await world.stopInstances();

    const { result, dropped } = await settle(struckMs);
    expect(doubts(world, ledger.tables)).toEqual([]);
    await world.restartInstances();
    const count = await countAtLast(world, ledger);
    console.log(
      `Round ${round}: ${run.committed} committed, ${left} rows in doubt at the end, ${dropped.length} transactions dropped, ${count.ages} ages kept`,
    );
    expect(result).toMatchObject({ replaced: { proof: { kind: "proven" } } });
    expect(count).toMatchObject({ assets: ASSETS, total: ASSETS * OPENING_BALANCE });
    // Lazy recovery had nothing to do.
    expect(doubts(world, ledger.tables)).toEqual([]);
    await writeEveryAsset(round);
  },
);
