import { setTimeout as delay } from "node:timers/promises";
import type { Call, Load } from "../ledger/clients.ts";
import { type Random, seededRandom } from "../ledger/random.ts";
import type { Bank } from "./bank.ts";
import { type FailureKind, fromTransport, type TransactionFailure } from "./transaction-failure.ts";
import type { Transactions } from "./transactions.ts";
import { carryOut, chooseTransfer, type Transfer } from "./transfer.ts";

/** What a client insists on. */
export interface Job {
  /** For messages. */
  readonly told: string;
  /** Tries it once, in a transaction of its own. */
  attempt(server: Transactions): Promise<void>;
}

export interface TransfersOptions extends Clients {
  readonly bank: Bank;
}

export interface JobsOptions extends Clients {
  next(random: Random): Job;
}

interface Clients {
  /** Clients are dealt out to these in turn. */
  readonly servers: readonly Transactions[];
  readonly clients: number;
  readonly seed: string;
  /** Each client rests this long between two jobs. */
  readonly restMs?: number;
}

/** After a conflict, and at a closed gate: a ScalarDB Server refuses, so its clients have to come again. */
const RETRY_MS = 20;
/** A server that is gone may be on its way back. */
const LOST_RETRY_MS = 200;

interface TransferClient {
  readonly server: Transactions;
  readonly random: Random;
  readonly stopping: AbortSignal;
}

/** Starts clients that move money until they are stopped; `stop` fails where a client met what no client should. */
export function startTransfers({ bank, ...clients }: TransfersOptions): Load {
  return startJobs({ ...clients, next: (random) => transferJob(chooseTransfer(random, bank)) });
}

function transferJob(transfer: Transfer): Job {
  return {
    told: JSON.stringify(transfer),
    async attempt(server) {
      const transaction = await server.begin();
      await carryOut(transaction, transfer);
      await transaction.commit();
    },
  };
}

/** Clients that do one job after the other. */
export function startJobs(options: JobsOptions): Load {
  const calls: Call[] = [];
  const stopping = new AbortController();
  const clients = Array.from({ length: options.clients }, (_, index) => {
    const server = options.servers[index % options.servers.length] as Transactions;
    const random = seededRandom(`${options.seed} client ${index}`);
    return runClient({ server, random, stopping: stopping.signal }, options, calls);
  });
  // Seen by `stop`, which may come long after: until then a failed client is no unhandled rejection.
  const ended = Promise.all(clients);
  ended.catch(() => {});
  return {
    calls: () => calls,
    async stop() {
      stopping.abort();
      await Promise.allSettled(clients);
      await ended;
      return calls;
    },
  };
}

async function runClient(client: TransferClient, options: JobsOptions, calls: Call[]): Promise<void> {
  while (!client.stopping.aborted) {
    calls.push(await insist(client, options.next(client.random)));
    if (options.restMs !== undefined) await delay(options.restMs);
  }
}

/** Tries a job until it is committed, its outcome is unknown, or the load is stopped. */
async function insist({ server, random, stopping }: TransferClient, job: Job): Promise<Call> {
  const sentMs = Date.now();
  for (let conflicts = 0; ; ) {
    const ended = await attempt(server, job);
    if (ended === "conflict") conflicts++;
    if (ended === "committed" || ended === "unknown" || stopping.aborted) {
      return { sentMs, answeredMs: Date.now(), result: ended === "lost" ? "unknown" : ended, conflicts };
    }
    await delay(ended === "lost" ? LOST_RETRY_MS : RETRY_MS + random.below(RETRY_MS));
  }
}

type Ended = "committed" | Extract<FailureKind, "conflict" | "refused" | "lost" | "unknown">;

async function attempt(server: Transactions, job: Job): Promise<Ended> {
  try {
    await job.attempt(server);
    return "committed";
  } catch (error) {
    return expected(fromTransport(error, false), job);
  }
}

function expected(failure: TransactionFailure, { told }: Job): Ended {
  const { kind, message } = failure;
  if (kind === "conflict" || kind === "refused" || kind === "lost" || kind === "unknown") return kind;
  throw new Error(`The transfer ${told} failed, "${kind}": ${message}`, {
    cause: failure,
  });
}
