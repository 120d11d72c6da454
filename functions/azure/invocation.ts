import { AsyncLocalStorage } from "node:async_hooks";
import type { InvocationContext } from "@azure/functions";
import type { LogLevel } from "../../shared/telemetry/log-line.ts";

const current = new AsyncLocalStorage<InvocationContext>();

/** Does the work so that all that it tells is told of this invocation: others go on in the same process. */
export function inInvocation<T>(context: InvocationContext, work: () => Promise<T>): Promise<T> {
  return current.run(context, work);
}

/** Writes one line to the log of the invocation that is at work. Outside of all, the host keeps it as its own. */
export function writeLine(level: LogLevel, line: string): void {
  const context = current.getStore();
  if (context === undefined) process.stdout.write(`${line}\n`);
  else context[level](line);
}
