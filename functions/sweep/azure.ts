import { app } from "@azure/functions";
import { plainTimer } from "../azure/plain-timer.ts";
import { every } from "../azure/timer-expression.ts";
import { SWEEP_INTERVAL_MS, sweepForMinute } from "./sweep-for.ts";

/** One that comes late sweeps all the same: what is overdue is opened whenever it can be. */
export function registerSweep(): void {
  app.timer("sweep", {
    schedule: every(SWEEP_INTERVAL_MS),
    handler: plainTimer((host) => sweepForMinute(host, host.name)),
  });
}
