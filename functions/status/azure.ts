import { app } from "@azure/functions";
import { azureConfig } from "../azure/host.ts";
import { answering } from "../azure/plain-http.ts";
import { plainTimer } from "../azure/plain-timer.ts";
import { every } from "../azure/timer-expression.ts";
import { statusNow } from "./status-now.ts";

/** Over HTTP for whoever has the function's key, and by a timer that measures for the alerts. Changes nothing. */
export function registerStatus(): void {
  app.http("status", {
    methods: ["GET"],
    authLevel: "function",
    handler: (_request, context) => answering(context, (host) => statusNow(host)),
  });
  app.timer("look", {
    schedule: every(azureConfig().azure.lookEvery),
    handler: plainTimer((host) => statusNow(host, { look: true })),
  });
}
