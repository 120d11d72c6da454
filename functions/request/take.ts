import { deploymentNamed } from "../../shared/config/load-config.ts";
import { approveRestore } from "../../shared/deployment/approve-restore.ts";
import { takeRestoreRequest } from "../../shared/deployment/restore-requests.ts";
import { takeAttempt } from "../../shared/deployment/take-attempt.ts";
import type { RestoreApproval, RestoreRequest } from "../../shared/restore/restore-request.ts";
import { executionName } from "../../shared/workflow/durable-attempt.ts";
import type { Host } from "../host.ts";
import type { AskedRestore } from "../restore/plan-once.ts";

/** The engine that carries restores out. */
export interface Executions {
  /** By a name of its own: what is started twice is one execution. */
  start(name: string, asked: AskedRestore): Promise<void>;
  /** Lets an execution go on that waits for its approval. */
  wake(callback: string): Promise<void>;
  /** Marks all that is told from now on as being of this request or run. */
  correlate(id: string): void;
}

export async function requested(host: Host, executions: Executions, asked: RestoreRequest) {
  deploymentNamed(host.config, asked.deployment);
  const { kind, request } = await takeRestoreRequest(host.catalog, asked, Date.now());
  executions.correlate(request.id);
  if (kind === "duplicate") {
    host.telemetry.log("warn", "this restore was asked for before; nothing was done", { request });
    return { kind, request: request.id, run: request.run };
  }
  await executions.start(executionName(request.id, 1), { request: request.id, attempt: 1 });
  return { kind: "started", request: request.id };
}

export async function approved(
  host: Host,
  executions: Executions,
  { run: id, digest, by }: RestoreApproval & { readonly by: string },
) {
  const { catalog, config } = host;
  const settings = deploymentNamed(config, (await catalog.runs.get(id)).record.deployment);
  const run = await approveRestore(catalog, settings, { run: id, digest, by, nowMs: Date.now() });
  executions.correlate(run.request ?? id);
  if (run.execution?.callback !== undefined) await executions.wake(run.execution.callback);
  return { kind: "approved", run: id };
}

/** `event`: what asked for it, where that may ask twice. */
export async function resumed(host: Host, executions: Executions, id: string, event: string | undefined) {
  const { record: run } = await host.catalog.runs.get(id);
  deploymentNamed(host.config, run.deployment);
  executions.correlate(run.request ?? id);
  const { name, attempt } = await takeAttempt(host.catalog, id, event);
  await executions.start(name, { run: id, attempt });
  return { kind: "started", run: id, attempt };
}
