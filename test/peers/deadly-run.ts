import { setTimeout as delay } from "node:timers/promises";
import { type BankCount, countMoney } from "../../rehearsal/scalardb-server/bank.ts";
import { isTransactionFailure } from "../../rehearsal/scalardb-server/transaction-failure.ts";
import { startTransfers } from "../../rehearsal/scalardb-server/transfer-load.ts";
import type { ScalardbWorld } from "../../rehearsal/scalardb-world.ts";

const PREFIX = "prod_";
const RECORDS = [`${PREFIX}app.account`, `${PREFIX}app.pocket`];
const COORDINATOR = `${PREFIX}coordinator.state`;
export const WRITTEN = [...RECORDS, COORDINATOR];

/** Real servers under load, some of which die. */
export interface DeadlyRun {
  readonly seconds: number;
  readonly clients: number;
  readonly transfersPerSecond: number;
  /** At these seconds of the run a server is killed in the middle of a transaction: whether it had committed by then. */
  readonly deaths: readonly { readonly atSecond: number; readonly committed: boolean }[];
  readonly seed: string;
}

export interface RunOutcome {
  readonly fromMs: number;
  readonly toMs: number;
  readonly committed: number;
  readonly unknown: number;
  /** Rows that each death left in doubt. */
  readonly inDoubt: readonly number[];
  /** As ScalarDB reads it in the end, recovering what is in doubt. */
  readonly money: BankCount;
}

/** Moves money for a while, kills servers in between, and has ScalarDB recover all that they left in doubt. */
export async function runDeadly(world: ScalardbWorld, run: DeadlyRun): Promise<RunOutcome> {
  const fromMs = world.now();
  const { clients, transfersPerSecond, seed } = run;
  const load = startTransfers({
    bank: world.scalardb.bank,
    servers: world.scalardb.transactions(),
    clients,
    seed,
    restMs: (1000 * clients) / transfersPerSecond,
  });
  const inDoubt: number[] = [];
  for (const [index, death] of run.deaths.entries()) {
    await delay(Math.max(0, fromMs + death.atSecond * 1000 - world.now()));
    inDoubt.push(
      await die(world, index % world.scalardb.servers().length, death.committed, `${seed} ${index}`),
    );
  }
  await delay(Math.max(0, fromMs + run.seconds * 1000 - world.now()));
  const calls = await load.stop();
  const toMs = world.now();
  const money = await recovered(world);
  const count = (result: string) => calls.filter((call) => call.result === result).length;
  return { fromMs, toMs, committed: count("committed"), unknown: count("unknown"), inDoubt, money };
}

const BUSY_CLIENTS = 4;
const DIES_WITHIN_MS = 5_000;

/** Keeps one server busy until it has rows in doubt, of a transaction that has committed or has not, and kills it. */
async function die(world: ScalardbWorld, index: number, committed: boolean, seed: string): Promise<number> {
  const server = world.scalardb.transactions()[index];
  if (server === undefined) throw new Error(`There is no server ${index}`);
  const busy = startTransfers({ bank: world.scalardb.bank, servers: [server], clients: BUSY_CLIENTS, seed });
  const giveUpMs = world.now() + DIES_WITHIN_MS;
  while (!doubts(world).some((doubt) => doubt.committed === committed) && world.now() < giveUpMs)
    await delay(1);
  const crashed = world.scalardb.crashServer(index);
  await delay(50);
  const left = doubts(world).length;
  await Promise.all([crashed, busy.stop()]);
  return left;
}

/** The rows that are in doubt now, and whether their transaction has committed. */
function doubts(world: ScalardbWorld): readonly { readonly committed: boolean }[] {
  const now = { instantMs: Number.POSITIVE_INFINITY };
  const decided = new Set(world.dynamodb.itemsAt(COORDINATOR, now).map((item) => textOf(item["tx_id"])));
  return RECORDS.flatMap((table) => world.dynamodb.itemsAt(table, now))
    .filter((item) => (item["tx_state"] as { readonly N: string }).N !== "3")
    .map((item) => ({ committed: decided.has(textOf(item["tx_id"])) }));
}

function textOf(attribute: unknown): string {
  return (attribute as { readonly S: string }).S;
}

/** A transaction without a word in the coordinator is given up 15 s after it prepared. */
const RECOVERED_WITHIN_MS = 60_000;

/** Reads everything until nothing is in the way, as an application does that tries again. */
export async function recovered(world: ScalardbWorld): Promise<BankCount> {
  const giveUpMs = world.now() + RECOVERED_WITHIN_MS;
  for (;;) {
    try {
      const [any] = world.scalardb.transactions();
      if (any === undefined) throw new Error("No server runs");
      return await countMoney(any, world.scalardb.bank);
    } catch (error) {
      if (!isTransactionFailure(error) || world.now() > giveUpMs) throw error;
      await delay(500);
    }
  }
}
