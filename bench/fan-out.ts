import { once } from "node:events";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { serveAdmin } from "../rehearsal/ledger/admin-server.ts";
import { Gate } from "../rehearsal/ledger/gate.ts";
import { AdminClients } from "../shared/admin/admin-clients.ts";
import type { Instance } from "../shared/pause/instance.ts";

// How long a Pause of many instances takes until all have confirmed it, with new connections and with warm ones.
// The instances have nothing to drain and live in a thread of their own.

const SIZES = [3, 30, 100];
const ROUNDS = 15;
const LIMITS = { drainWaitMs: 10_000, deadlineMs: 15_000 };

async function serveMany(count: number): Promise<void> {
  const servers = Array.from({ length: count }, () =>
    serveAdmin(new Gate("scalardl-3.14"), { host: "127.0.0.1", port: 0 }),
  );
  parentPort?.postMessage((await Promise.all(servers)).map(({ port }) => port));
}

async function confirmedMs(clients: AdminClients, instances: readonly Instance[]): Promise<number> {
  const before = performance.now();
  const outcomes = await clients.pause(instances, LIMITS);
  const took = performance.now() - before;
  const failed = outcomes.find(({ kind }) => kind !== "paused");
  if (failed) throw new Error(`an instance was not paused: ${JSON.stringify(failed)}`);
  await clients.unpause(instances, LIMITS);
  return took;
}

/** A round with new connections, then one with the same, per round. */
async function measure(instances: readonly Instance[]): Promise<{ cold: number[]; warm: number[] }> {
  const cold: number[] = [];
  const warm: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const clients = new AdminClients({ clock: () => performance.now() });
    cold.push(await confirmedMs(clients, instances));
    warm.push(await confirmedMs(clients, instances));
    clients.close();
  }
  return { cold, warm };
}

function summary(times: readonly number[]): string {
  const sorted = [...times].sort((a, b) => a - b);
  const shown = (ms: number | undefined) => (ms ?? Number.NaN).toFixed(1).padStart(7);
  return `median ${shown(sorted[sorted.length >> 1])} ms, worst ${shown(sorted.at(-1))} ms`;
}

async function main(): Promise<void> {
  const most = Math.max(...SIZES);
  const worker = new Worker(new URL(import.meta.url), { workerData: most });
  const [ports] = (await once(worker, "message")) as [readonly number[]];
  const instances = ports.map((port): Instance => ({ component: "ledger", host: "127.0.0.1", port }));
  const first = new AdminClients({ clock: () => performance.now() });
  console.log(
    `first Pause of the process: ${(await confirmedMs(first, instances.slice(0, 1))).toFixed(1)} ms`,
  );
  first.close();
  for (const size of SIZES) {
    const { cold, warm } = await measure(instances.slice(0, size));
    console.log(`${String(size).padStart(3)} instances  cold: ${summary(cold)}   warm: ${summary(warm)}`);
  }
  await worker.terminate();
}

await (isMainThread ? main() : serveMany(workerData as number));
