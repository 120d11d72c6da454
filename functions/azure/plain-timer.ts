import type { InvocationContext, Timer, TimerHandler } from "@azure/functions";
import { type AzureHost, onAzure } from "./host.ts";
import { tell } from "./tell.ts";

/** A timer's handler: what it throws is logged with the next step, and fails the invocation. */
export function plainTimer(
  work: (host: AzureHost, timer: Timer, context: InvocationContext) => Promise<unknown>,
): TimerHandler {
  return (timer, context) =>
    onAzure(context, async (host) => {
      try {
        await work(host, timer, context);
      } catch (error) {
        tell(error);
        throw error;
      }
    });
}
