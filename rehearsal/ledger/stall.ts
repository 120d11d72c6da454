import type { Call } from "./clients.ts";

/** What the clients felt, in ms: how long their transfers took, retries and a pause's hold included. */
export interface Stall {
  readonly calls: number;
  readonly committed: number;
  readonly conflicts: number;
  readonly refused: number;
  readonly unknown: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

/** Sums up calls that were under way at any time between two moments. */
export function stallOf(calls: readonly Call[], fromMs = 0, untilMs = Number.POSITIVE_INFINITY): Stall {
  const felt = calls.filter(({ sentMs, answeredMs }) => answeredMs >= fromMs && sentMs <= untilMs);
  const latencies = felt.map(({ sentMs, answeredMs }) => answeredMs - sentMs).sort((a, b) => a - b);
  const count = (result: Call["result"]) => felt.filter((call) => call.result === result).length;
  return {
    calls: felt.length,
    committed: count("committed"),
    conflicts: felt.reduce((sum, call) => sum + call.conflicts, 0),
    refused: count("refused"),
    unknown: count("unknown"),
    p50Ms: quantile(latencies, 0.5),
    p99Ms: quantile(latencies, 0.99),
    maxMs: quantile(latencies, 1),
  };
}

function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;
}
