import type { DurableClient } from "durable-functions";
import { messageOf } from "../../shared/errors/stillpoint-error.ts";
import { logLine } from "../../shared/telemetry/log-line.ts";
import type { Executions } from "../request/take.ts";
import { writeLine } from "./invocation.ts";

/** As they are registered. Orchestrations that are at work know their parts by these names: they stay. */
export const ORCHESTRATIONS = { restore: "restore", attempt: "restore-attempt" } as const;
export const APPROVED_EVENT = "approved";

/** What an orchestration of a restore is given. */
export type RestoreInput = { readonly execution: number } & (
  | { readonly request: string }
  | { readonly run: string }
);

export function executionsOf(client: DurableClient): Executions {
  return {
    // The engine has a count of its own for what it starts anew.
    start: (name, { attempt: execution, ...of }) => startOnce(client, name, { ...of, execution }),
    wake: (callback) => wake(client, callback),
    correlate: (id) => writeLine("info", logLine("info", "about", { request: id })),
  };
}

/** It looks for itself from time to time, so that one that cannot be woken is late and no more. */
async function wake(client: DurableClient, instanceId: string): Promise<void> {
  await client.raiseEvent(instanceId, APPROVED_EVENT, null).catch((error: unknown) => {
    writeLine("warn", logLine("warn", `"${instanceId}" was not woken: ${messageOf(error)}`));
  });
}

/** An instance that is started again under its name would be replaced, and its history with it. */
async function startOnce(client: DurableClient, instanceId: string, input: RestoreInput): Promise<void> {
  if (await exists(client, instanceId)) return;
  await client.startNew(ORCHESTRATIONS.restore, { instanceId, input });
}

async function exists(client: DurableClient, instanceId: string): Promise<boolean> {
  try {
    return (await client.getStatus(instanceId)) !== undefined;
  } catch (error) {
    // The library throws where the service answers that there is none.
    if (/404|not found/i.test(messageOf(error))) return false;
    throw error;
  }
}
