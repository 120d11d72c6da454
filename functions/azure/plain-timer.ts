import type { InvocationContext, Timer, TimerHandler } from "@azure/functions";
import { type AzureHost, onAzure } from "./host.ts";

/** A timer's handler. What it throws fails the invocation, and is not tried again: the next time comes. */
export function plainTimer(
  work: (host: AzureHost, timer: Timer, context: InvocationContext) => Promise<unknown>,
): TimerHandler {
  return async (timer, context) => {
    await onAzure(context, (host) => work(host, timer, context));
  };
}
