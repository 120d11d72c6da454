import { Agent } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { chooseTransfer } from "./choose-transfer.ts";
import { postJson } from "./post-json.ts";
import { type Random, seededRandom } from "./random.ts";
import type { Transfer } from "./transfer.ts";

export interface LoadOptions {
  /** Where the instances' clients' ports are: `http://127.0.0.1:50051`. */
  readonly instances: readonly string[];
  readonly assets: readonly string[];
  readonly clients: number;
  readonly seed: string;
  /** For all clients together; without it each sends the next as soon as the last was answered. */
  readonly transfersPerSecond?: number;
  /** When a client gives up waiting, as ScalarDL's does. */
  readonly timeoutMs?: number;
  readonly habits?: Habits;
}

/** How clients go about it, where it is not at random and without end. */
export interface Habits {
  /** They work for so long, all of them, and then rest for so long, again and again. */
  readonly lulls?: { readonly workMs: number; readonly restMs: number };
  /** They ask for no Function: nothing but assets is written. */
  readonly assetsOnly?: boolean;
}

/**
 * How one transfer went for its client, retries included. `conflict`: it lost too often; `refused`: the instance was
 * paused and said so; `unknown`: no answer, or none that says whether it was carried out.
 */
export interface Call {
  readonly sentMs: number;
  readonly answeredMs: number;
  readonly result: "committed" | "conflict" | "refused" | "unknown";
  readonly conflicts: number;
  /** What was sent last, where it was sent to a ledger. */
  readonly transfer?: Transfer;
}

/** Clients at work. */
export interface Load {
  /** Finished calls so far, oldest first; after `MOST_CALLS` the oldest are forgotten. */
  calls(): readonly Call[];
  /** Lets each client finish what it is at, and says how all went. */
  stop(): Promise<readonly Call[]>;
}

const TIMEOUT_MS = 60_000;
const MOST_CALLS = 200_000;
const MOST_ATTEMPTS = 30;
/** After a conflict a client waits a little, at random, longer each time. */
const BACKOFF_MS = 5;
const LONGEST_BACKOFF_MS = 200;
/** A client whose instance refused or died tries elsewhere, but not in a storm. */
const TROUBLE_PAUSE_MS = 50;

/** Starts clients that move money between the assets at random until they are stopped. */
export function startLoad(options: LoadOptions): Load {
  const calls: Call[] = [];
  const stopping = new AbortController();
  const agent = new Agent({ keepAlive: true, maxSockets: options.clients });
  const begunMs = performance.now();
  const clients = Array.from({ length: options.clients }, (_, number) =>
    client(
      options,
      { agent, random: seededRandom(`${options.seed} client ${number}`), begunMs, stopping: stopping.signal },
      (call) => {
        calls.push(call);
        if (calls.length > MOST_CALLS) calls.shift();
      },
    ),
  );
  return {
    calls: () => calls,
    async stop() {
      stopping.abort();
      await Promise.all(clients);
      agent.destroy();
      return calls;
    },
  };
}

/** What one client has. */
interface Client {
  readonly agent: Agent;
  readonly random: Random;
  /** When the load began, the same for all. */
  readonly begunMs: number;
  readonly stopping: AbortSignal;
}

async function client(
  options: LoadOptions,
  { agent, random, begunMs, stopping }: Client,
  finished: (call: Call) => void,
): Promise<void> {
  const intervalMs = options.transfersPerSecond ? (1000 * options.clients) / options.transfersPerSecond : 0;
  // Clients start out of step, or they would all send in the same moment.
  let nextMs = performance.now() + random.below(intervalMs + 1);
  while (!stopping.aborted) {
    await pause(nextMs - performance.now(), stopping);
    await pause(restLeft(options.habits, performance.now() - begunMs), stopping);
    if (stopping.aborted) return;
    const call = await transferUntilDecided(options, agent, random);
    finished(call);
    if (call.result === "unknown" || call.result === "refused") await pause(TROUBLE_PAUSE_MS, stopping);
    nextMs = Math.max(nextMs + intervalMs, performance.now() - intervalMs);
  }
}

/** How much longer everybody rests, so long after the load began; 0 while they work. */
function restLeft({ lulls }: Habits = {}, elapsedMs: number): number {
  if (lulls === undefined) return 0;
  const intoMs = elapsedMs % (lulls.workMs + lulls.restMs);
  return intoMs < lulls.workMs ? 0 : lulls.workMs + lulls.restMs - intoMs;
}

async function transferUntilDecided(options: LoadOptions, agent: Agent, random: Random): Promise<Call> {
  const chosen = chooseTransfer(random, options.assets);
  const wanted: Transfer = options.habits?.assetsOnly ? { ...chosen, mirror: { kind: "none" } } : chosen;
  const sentMs = Date.now();
  for (let conflicts = 0; conflicts < MOST_ATTEMPTS; conflicts++) {
    // The lost attempt's nonce is spent: its transaction is aborted for good.
    const transfer: Transfer = conflicts === 0 ? wanted : { ...wanted, nonce: random.uuid() };
    const result = await send(options, agent, random, transfer);
    if (result !== "conflict") return { sentMs, answeredMs: Date.now(), result, conflicts, transfer };
    await delay(random.below(Math.min(BACKOFF_MS * 2 ** conflicts, LONGEST_BACKOFF_MS)));
  }
  return { sentMs, answeredMs: Date.now(), result: "conflict", conflicts: MOST_ATTEMPTS };
}

async function send(
  options: LoadOptions,
  agent: Agent,
  random: Random,
  transfer: Transfer,
): Promise<Call["result"]> {
  const instance = options.instances[random.below(options.instances.length)];
  try {
    const timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
    const { status } = await postJson(agent, `${instance}/transfer`, transfer, timeoutMs);
    return RESULTS.get(status) ?? "unknown";
  } catch {
    return "unknown";
  }
}

const RESULTS = new Map<number, Call["result"]>([
  [200, "committed"],
  [409, "conflict"],
  [503, "refused"],
]);

async function pause(ms: number, stopping: AbortSignal): Promise<void> {
  if (ms <= 0) return;
  await delay(ms, undefined, { signal: stopping }).catch(() => {});
}
