import { setTimeout as delay } from "node:timers/promises";
import type { Load } from "../../rehearsal/ledger/clients.ts";
import { isTransactionFailure } from "../../rehearsal/scalardb-server/transaction-failure.ts";
import type { Transactions } from "../../rehearsal/scalardb-server/transactions.ts";
import type { ScalarDbWorld } from "../../rehearsal/scalardb-server/world.ts";
import type { ScalardbWorld } from "../../rehearsal/scalardb-world.ts";

export const PREFIX = "prod_";
const COORDINATOR = `${PREFIX}coordinator.state`;

/** Servers, and the database below them. */
export interface DeadlyWorld extends Pick<ScalardbWorld, "dynamodb" | "now"> {
  readonly scalardb: Pick<ScalarDbWorld, "servers" | "transactions" | "crashServer">;
}

/** What clients do on the servers. */
export interface Application<Count> {
  /** Physical names of the tables with its records. */
  readonly tables: readonly string[];
  start(clients: Clients): Load;
  /** Reads everything through ScalarDB, which recovers what is in doubt on the way. */
  count(server: Transactions): Promise<Count>;
}

interface Clients {
  readonly servers: readonly Transactions[];
  readonly clients: number;
  readonly seed: string;
  readonly restMs?: number;
}

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
  /** Rows in doubt just after each death, on all servers. */
  readonly inDoubt: readonly number[];
}

/** Has clients work for a while and kills servers in between. */
export async function runDeadly<Count>(
  world: DeadlyWorld,
  application: Application<Count>,
  run: DeadlyRun,
): Promise<RunOutcome> {
  const fromMs = world.now();
  const { clients, transfersPerSecond, seed } = run;
  const restMs = (1000 * clients) / transfersPerSecond;
  const load = application.start({ servers: world.scalardb.transactions(), clients, seed, restMs });
  const inDoubt: number[] = [];
  for (const [index, { atSecond, committed }] of run.deaths.entries()) {
    await delay(Math.max(0, fromMs + atSecond * 1000 - world.now()));
    const server = index % world.scalardb.servers().length;
    inDoubt.push(await die(world, application, { server, committed, seed: `${seed} ${index}` }));
  }
  await delay(Math.max(0, fromMs + run.seconds * 1000 - world.now()));
  const calls = await load.stop();
  const count = (result: string) => calls.filter((call) => call.result === result).length;
  return { fromMs, toMs: world.now(), committed: count("committed"), unknown: count("unknown"), inDoubt };
}

const BUSY_CLIENTS = 4;
const DIES_WITHIN_MS = 5_000;
/** What the server had sent before it died is carried out. */
const SETTLED_AFTER_MS = 50;

interface Death {
  readonly server: number;
  readonly committed: boolean;
  readonly seed: string;
}

/** Keeps one server busy until it has rows in doubt, of a transaction that has committed or has not, and kills it. */
async function die(world: DeadlyWorld, application: Application<unknown>, death: Death): Promise<number> {
  const server = world.scalardb.transactions()[death.server];
  if (server === undefined) throw new Error(`There is no server ${death.server}`);
  const busy = application.start({ servers: [server], clients: BUSY_CLIENTS, seed: death.seed });
  const isTime = () =>
    doubts(world, application.tables).some(({ committed }) => committed === death.committed);
  const giveUpMs = world.now() + DIES_WITHIN_MS;
  while (!isTime() && world.now() < giveUpMs) await delay(1);
  const crashed = world.scalardb.crashServer(death.server);
  await delay(SETTLED_AFTER_MS);
  const left = doubts(world, application.tables).length;
  await Promise.all([crashed, busy.stop()]);
  return left;
}

/** The rows that are in doubt now, and whether their transaction has committed. */
export function doubts(
  world: DeadlyWorld,
  tables: readonly string[],
): readonly { readonly committed: boolean }[] {
  const now = { instantMs: Number.POSITIVE_INFINITY };
  const decided = new Set(world.dynamodb.itemsAt(COORDINATOR, now).map((item) => textOf(item["tx_id"])));
  return tables
    .flatMap((table) => world.dynamodb.itemsAt(table, now))
    .filter((item) => (item["tx_state"] as { readonly N: string }).N !== "3")
    .map((item) => ({ committed: decided.has(textOf(item["tx_id"])) }));
}

function textOf(attribute: unknown): string {
  return (attribute as { readonly S: string }).S;
}

/** A transaction without a word in the coordinator is given up 15 s after it prepared. */
const RECOVERED_WITHIN_MS = 60_000;
const AGAIN_MS = 500;

/** Reads everything until nothing is in the way, as an application does that tries again. */
export async function countAtLast<Count>(
  world: DeadlyWorld,
  application: Application<Count>,
): Promise<Count> {
  const giveUpMs = world.now() + RECOVERED_WITHIN_MS;
  for (;;) {
    try {
      const [any] = world.scalardb.transactions();
      if (any === undefined) throw new Error("No server runs");
      return await application.count(any);
    } catch (error) {
      if (!isTransactionFailure(error) || world.now() > giveUpMs) throw error;
      await delay(AGAIN_MS);
    }
  }
}
