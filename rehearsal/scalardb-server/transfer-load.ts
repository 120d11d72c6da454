import { setTimeout as delay } from "node:timers/promises";
import { type Random, seededRandom } from "../ledger/random.ts";
import type { Bank } from "./bank.ts";
import { fromTransport, type TransactionFailure } from "./transaction-failure.ts";
import type { Transactions } from "./transactions.ts";
import { carryOut, chooseTransfer, type Transfer } from "./transfer.ts";

/** One committed transfer as its client saw it, retries and refusals included, on the monotonic clock. */
export interface Committed {
  readonly transaction: string;
  readonly startedMs: number;
  readonly endedMs: number;
}

/** What the clients saw so far. */
export interface LoadReport {
  readonly committed: readonly Committed[];
  readonly conflicts: number;
  /** Answers of a closed gate: tried again until it opened. */
  readonly refusals: number;
  /** The client cannot know whether these were committed; the total is the same either way. */
  readonly unknown: number;
  readonly failures: readonly string[];
}

export interface TransferLoad {
  readonly report: LoadReport;
  /** Ends when every client has finished its transfer. */
  stop(): Promise<LoadReport>;
}

export interface LoadOptions {
  readonly bank: Bank;
  /** Clients are dealt out to these in turn. */
  readonly servers: readonly Transactions[];
  readonly clients: number;
  readonly seed: string;
  /** Each client rests this long between two transfers. */
  readonly restMs?: number;
}

const RETRY_MS = 20;
const LOST_RETRY_MS = 200;

type OwnReport = { -readonly [K in keyof LoadReport]: LoadReport[K] } & {
  committed: Committed[];
  failures: string[];
};

interface LoadClient {
  readonly server: Transactions;
  readonly random: Random;
  readonly report: OwnReport;
  readonly stopped: AbortSignal;
}

/** Starts clients that move money until they are stopped. */
export function startTransfers(options: LoadOptions): TransferLoad {
  const report: OwnReport = { committed: [], conflicts: 0, refusals: 0, unknown: 0, failures: [] };
  const stop = new AbortController();
  const clients = Array.from({ length: options.clients }, (_, index) => {
    const server = options.servers[index % options.servers.length] as Transactions;
    const random = seededRandom(`${options.seed}-${index}`);
    return runClient({ server, random, report, stopped: stop.signal }, options);
  });
  return {
    report,
    async stop() {
      stop.abort();
      await Promise.all(clients);
      return report;
    },
  };
}

async function runClient(client: LoadClient, { bank, restMs }: LoadOptions): Promise<void> {
  while (!client.stopped.aborted) {
    await insist(client, chooseTransfer(client.random, bank));
    await delay(restMs ?? 0);
  }
}

/** Tries a transfer until it is committed, its outcome is unknown, or the load is stopped. */
async function insist(client: LoadClient, transfer: Transfer): Promise<void> {
  const startedMs = performance.now();
  let done = false;
  while (!done) {
    try {
      const transaction = await commit(client.server, transfer);
      client.report.committed.push({ transaction, startedMs, endedMs: performance.now() });
      done = true;
    } catch (error) {
      const failure = fromTransport(error, false);
      note(client.report, failure);
      done = failure.kind === "unknown" || client.stopped.aborted;
      if (!done)
        await delay(failure.kind === "lost" ? LOST_RETRY_MS : RETRY_MS + client.random.below(RETRY_MS));
    }
  }
}

async function commit(server: Transactions, transfer: Transfer): Promise<string> {
  const transaction = await server.begin();
  await carryOut(transaction, transfer);
  await transaction.commit();
  return transaction.id;
}

function note(report: OwnReport, { kind, message }: TransactionFailure): void {
  switch (kind) {
    case "conflict":
      report.conflicts++;
      return;
    case "refused":
      report.refusals++;
      return;
    case "unknown":
      report.unknown++;
      return;
    default:
      report.failures.push(`${kind}: ${message}`);
  }
}
