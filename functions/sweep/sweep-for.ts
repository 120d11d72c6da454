import { setTimeout as delay } from "node:timers/promises";
import { withDeployment } from "../../shared/deployment/open-deployment.ts";
import { type SweptAll, sweepAll, sweepFailure } from "../../shared/deployment/sweep-all.ts";
import { sweepPauses } from "../../shared/deployment/sweep-pauses.ts";
import { untilNextRound } from "../../shared/deployment/sweep-round.ts";
import { announceSweep } from "../../shared/deployment/sweep-telemetry.ts";
import type { Host } from "../host.ts";

/** The schedule's, and so the heartbeat's. */
export const SWEEP_INTERVAL_MS = 60_000;
/** What is due until the next invocation is surely at work is waited for. */
const STAY_MS = 55_000;

/** Unpauses what is overdue, and what will be so within this minute; under the name that its heartbeat bears. */
export async function sweepForMinute(host: Host, name: string): Promise<SweptAll> {
  const untilMs = performance.now() + STAY_MS;
  let round = await sweepOnce(host, name);
  for (;;) {
    const leftMs = untilMs - performance.now();
    const nextMs = untilNextRound(round.records, Date.now(), SWEEP_INTERVAL_MS);
    if (nextMs >= leftMs) return round;
    await delay(nextMs);
    round = await sweepOnce(host, name);
  }
}

async function sweepOnce(host: Host, name: string): Promise<SweptAll> {
  const round = await sweepAll(host, (settings) => withDeployment(host, settings, sweepPauses));
  const trouble = sweepFailure(round)?.message;
  const names = host.config.deployments.map((deployment) => deployment.name);
  const sign = { host: name, process: process.pid, intervalMs: SWEEP_INTERVAL_MS, deployments: names };
  await host.catalog.sweeps.beatScheduled({ ...sign, ...(trouble !== undefined && { trouble }) }, Date.now());
  await announceSweep(host.telemetry, names, round);
  return round;
}
