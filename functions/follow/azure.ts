import { app } from "@azure/functions";
import { azureConfig } from "../azure/host.ts";
import { plainTimer } from "../azure/plain-timer.ts";
import { leftFromNow } from "../azure/time-limit.ts";
import { every } from "../azure/timer-expression.ts";
import { followAll } from "./follow-all.ts";

/** Carries on what a backup has left pending. */
export function registerFollow(): void {
  app.timer("follow", {
    schedule: every(azureConfig().azure.followEvery),
    handler: plainTimer((host) => followAll(host, leftFromNow())),
  });
}
