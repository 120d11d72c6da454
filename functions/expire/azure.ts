import { app } from "@azure/functions";
import { plainTimer } from "../azure/plain-timer.ts";
import { expireAll } from "./expire-all.ts";

const DAILY = "0 0 0 * * *";

/** Daily, as on any other cloud: of Cosmos DB nothing is left that could expire. */
export function registerExpire(): void {
  app.timer("expire", { schedule: DAILY, handler: plainTimer(expireAll) });
}
