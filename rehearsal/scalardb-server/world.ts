import { BANK_TABLES, type Bank, openBank } from "./bank.ts";
import type { Storage } from "./properties.ts";
import { type ScalarDbServer, startScalarDbServer } from "./scalardb-server.ts";
import { loadSchema, type SchemaLoad } from "./schema-loader.ts";
import { openTransactions, type Transactions } from "./transactions.ts";

/** ScalarDB Servers with a bank on them, over a database that somebody else started. */
export interface ScalarDbWorld extends AsyncDisposable {
  readonly storage: Storage;
  readonly bank: Bank;
  readonly took: StartTimes;
  /** Those that run now. After a start on other data it is other processes, on the same ports. */
  servers(): readonly ScalarDbServer[];
  /** One connection to each. */
  transactions(): readonly Transactions[];
  /** Ends the servers, as an operator does before a restore. */
  stopServers(): Promise<void>;
  /** Starts them afresh, on the ports that they had. */
  startServers(): Promise<void>;
  /** Kills one of them as a lost host does, without a word to its clients, and starts it again on its port. */
  crashServer(index: number): Promise<void>;
  close(): Promise<void>;
}

/** What the start of a world took, in ms; the tables are created while the servers start. */
export interface StartTimes {
  readonly tablesMs: number;
  readonly serversMs: number;
  readonly accountsMs: number;
}

export interface ScalarDbWorldOptions {
  readonly storage: Storage;
  /** Where properties files and logs are kept. */
  readonly dir: string;
  readonly servers: number;
  readonly accounts: number;
  readonly settings: SchemaLoad["settings"];
  /** Other tables than the bank's; then no accounts are opened. */
  readonly tables?: SchemaLoad["tables"] | undefined;
  readonly replicationFactor?: number;
}

const OPENING_BALANCE = 1000;

/** Creates the tables, starts the servers and opens the accounts. */
export async function startScalarDbWorld(options: ScalarDbWorldOptions): Promise<ScalarDbWorld> {
  const { storage, dir } = options;
  const fleet = new Fleet(options);
  try {
    const { settings, replicationFactor } = options;
    const replicated = replicationFactor === undefined ? {} : { replicationFactor };
    const load = { storage, dir, tables: options.tables ?? BANK_TABLES, settings, ...replicated };
    // A server asks for its tables only when a transaction does. Where one of the two fails the other is waited for,
    // or its processes would outlive the failure.
    const [tables, servers] = await Promise.allSettled([
      timed(() => loadSchema(load)),
      timed(() => fleet.start()),
    ]);
    const [tablesMs, serversMs] = [fulfilled(tables), fulfilled(servers)];
    const [first] = fleet.transactions as [Transactions];
    const openedMs = performance.now();
    const bank = await openBank(first, options.tables ? 0 : options.accounts, OPENING_BALANCE);
    const took = { tablesMs, serversMs, accountsMs: performance.now() - openedMs };
    return worldOf(fleet, storage, bank, took);
  } catch (error) {
    await fleet.stop();
    throw error;
  }
}

function fulfilled<T>(settled: PromiseSettledResult<T>): T {
  if (settled.status === "rejected") throw settled.reason;
  return settled.value;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedMs = performance.now();
  await work();
  return performance.now() - startedMs;
}

function worldOf(fleet: Fleet, storage: Storage, bank: Bank, took: StartTimes): ScalarDbWorld {
  const close = () => fleet.stop();
  return {
    storage,
    bank,
    took,
    servers: () => fleet.servers,
    transactions: () => fleet.transactions,
    stopServers: close,
    startServers: () => fleet.start(),
    crashServer: (index) => fleet.crash(index),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** The servers of a world, over their stops and starts. */
class Fleet {
  readonly #options: ScalarDbWorldOptions;
  #ports: readonly (number | undefined)[];
  servers: readonly ScalarDbServer[] = [];
  transactions: readonly Transactions[] = [];

  constructor(options: ScalarDbWorldOptions) {
    this.#options = options;
    this.#ports = Array.from({ length: options.servers }, () => undefined);
  }

  async start(): Promise<void> {
    const { storage, dir } = this.#options;
    const started = await Promise.allSettled(
      this.#ports.map((port) =>
        startScalarDbServer({ storage, dir, ...(port === undefined ? {} : { port }) }),
      ),
    );
    this.servers = started.flatMap((start) => (start.status === "fulfilled" ? [start.value] : []));
    for (const start of started) if (start.status === "rejected") throw start.reason;
    this.#ports = this.servers.map(({ port }) => port);
    this.transactions = await Promise.all(this.servers.map(openTransactions));
  }

  /** Its connection stays: it finds the new process by the port, as a client's does. */
  async crash(index: number): Promise<void> {
    const { storage, dir } = this.#options;
    const crashed = this.servers[index];
    if (crashed === undefined) return;
    await crashed.process.kill();
    const started = await startScalarDbServer({ storage, dir, port: crashed.port });
    this.servers = this.servers.with(index, started);
  }

  async stop(): Promise<void> {
    for (const connection of this.transactions) connection.close();
    await Promise.all(this.servers.map((server) => server.process.stop()));
    this.transactions = [];
    this.servers = [];
  }
}
