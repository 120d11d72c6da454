import type { DurableContext } from "@aws/durable-execution-sdk-js";
import * as z from "zod";
import { deploymentNamed } from "../../shared/config/load-config.ts";
import { beginRestore, endRestore, failRestore } from "../../shared/deployment/begin-restore.ts";
import { type OpenDeployment, openDeployment } from "../../shared/deployment/open-deployment.ts";
import { restoreHandlers } from "../../shared/deployment/restore-handlers.ts";
import { endRequest } from "../../shared/deployment/restore-requests.ts";
import { announceRestore, restoreTelemetry } from "../../shared/deployment/restore-telemetry.ts";
import { plannedRun } from "../../shared/deployment/run-record.ts";
import { type Failure, fromFailure, toFailure } from "../../shared/errors/stillpoint-error.ts";
import type { RestoreEffects, RestoreEvent } from "../../shared/restore/dynamodb/effects.ts";
import { type RestoreResult, restore } from "../../shared/restore/dynamodb/restore.ts";
import type { VerificationEffects } from "../../shared/verify/effects.ts";
import { isPassing } from "../../shared/workflow/durable/passing.ts";
import { executionName, journalOfExecution, orInvokeAgain } from "../../shared/workflow/durable-attempt.ts";
import type { Effect } from "../../shared/workflow/effect.ts";
import type { Journal } from "../../shared/workflow/journal.ts";
import { type DurableEnd, runDurably } from "../../shared/workflow/run-durable.ts";
import { executionsIn } from "../aws/executions.ts";
import { type AwsHost, awsHost } from "../aws/host.ts";
import { parsed, tell } from "../aws/plain-handler.ts";
import { logger } from "../aws/telemetry.ts";
import { awaitApproval } from "./approval.ts";
import { type AskedRestore, type Known, planOnce } from "./plan-once.ts";

/** What an execution comes to; the next one of the same run goes on where this one says `continued`. */
export type ExecutionEnd =
  | { readonly kind: "done" | "continued"; readonly run: string }
  | { readonly kind: "failed"; readonly run?: string; readonly failure: Failure };

/** From the function `request`: a request to be planned, or a run that goes on. */
const RestoreAsked = z.union([
  z.strictObject({ request: z.string(), attempt: z.number().int().positive() }),
  z.strictObject({ run: z.string(), attempt: z.number().int().positive() }),
]);

/** Plans, waits for an approval where originals would go, restores and verifies: for hours, days if need be. */
export async function restoreFunction(event: unknown, context: DurableContext): Promise<ExecutionEnd> {
  try {
    return await restoreDurably(await awsHost(), context, parsed(RestoreAsked, event));
  } catch (error) {
    tell(error);
    throw error;
  }
}

/** Whatever reads a clock, draws a number or changes the world is inside a step: all else is repeated on replay. */
async function restoreDurably(
  host: AwsHost,
  context: DurableContext,
  asked: AskedRestore,
): Promise<ExecutionEnd> {
  logger.setCorrelationId("request" in asked ? asked.request : asked.run);
  const planned = await context.step("plan", () => planOnce(host, asked));
  if (planned.kind === "failed") return planned;
  const open = opened(host, planned.deployment);
  const refused = await awaitApproval(host, context, open, planned);
  if (refused) return { kind: "failed", run: planned.run, failure: refused };
  const begun = await begin(host, context, open, planned, asked);
  if (begun.failure) return { kind: "failed", run: planned.run, failure: begun.failure };
  const journal = await journalOfExecution(open.catalog.store, planned.run, context);
  const end = await carryOut(host, context, open, planned, journal);
  return context.step("end", () =>
    conclude(host, open, { planned, end, asked, journal, begunMs: begun.atMs }),
  );
}

/** Each may have 2,500 operations: more than 100 tables take whose restores last ten hours. */
const MOST_ATTEMPTS = 30;

let kept: OpenDeployment | undefined;

/** Kept for the process: an invocation that is suspended never comes back to close it. */
function opened({ config, catalog, env }: AwsHost, deployment: string): OpenDeployment {
  if (kept?.settings.name === deployment) return kept;
  kept?.close();
  kept = openDeployment(deploymentNamed(config, deployment), catalog, env);
  return kept;
}

async function begin(
  host: AwsHost,
  context: DurableContext,
  open: OpenDeployment,
  planned: Known,
  { attempt }: AskedRestore,
): Promise<{ readonly atMs: number; readonly failure?: Failure }> {
  const { run, request } = planned;
  return context.step("start", async () => {
    const atMs = open.clock.wallMs();
    try {
      const journal = await journalOfExecution(open.catalog.store, run, context);
      await beginRestore(open, run, { journal });
      const name = executionName(request ?? run, attempt);
      await open.catalog.runs.update(run, (found) => ({ ...found, execution: { name, attempt } }));
      await announceRestore(host.telemetry, planned, { kind: "restore.started", attempt });
      return { atMs };
    } catch (error) {
      if (isPassing(error)) throw error;
      const failure = toFailure(error);
      await announceRestore(host.telemetry, planned, { kind: "restore.failed", ...failure });
      return { atMs, failure };
    }
  });
}

async function carryOut(
  host: AwsHost,
  context: DurableContext,
  open: OpenDeployment,
  { run, deployment }: Known,
  journal: Journal,
): Promise<DurableEnd<RestoreResult>> {
  const { plan } = await orInvokeAgain(() => plannedRun(open, run));
  const functionArn = host.env["STILLPOINT_VERIFY_FUNCTION"];
  return runDurably<RestoreEffects, RestoreResult>(restore(plan.dynamodb), {
    context,
    journal,
    handlers: restoreHandlers(open, {
      report: restoreTelemetry(host.telemetry, { deployment, run }),
      journal,
    }),
    ...(functionArn && {
      elsewhere: { kinds: VERIFYING, functionArn, deployment },
    }),
  });
}

/** What reads all rows has a function of its own, with memory, disk and time for each step. */
const VERIFYING: ReadonlySet<string> = new Set<keyof VerificationEffects>([
  "scan-segment",
  "judge-parts",
  "remove-parts",
]);

interface Concluding {
  readonly planned: Known;
  readonly end: DurableEnd<RestoreResult>;
  readonly asked: AskedRestore;
  readonly journal: Journal;
  readonly begunMs: number;
}

async function conclude(
  host: AwsHost,
  open: OpenDeployment,
  { planned, end, asked, journal, begunMs }: Concluding,
): Promise<ExecutionEnd> {
  const { run, request } = planned;
  const { telemetry } = host;
  for (const { event } of end.untold as readonly (Effect & { readonly event: RestoreEvent })[])
    restoreTelemetry(telemetry, planned)(event);
  telemetry.log("info", "durable operations", { run, operations: end.operations });
  switch (end.kind) {
    case "done":
      await endRestore(open, run, end.result);
      telemetry.measure("RestoreDuration", (open.clock.wallMs() - begunMs) / 1000, planned.deployment);
      if (request) await endRequest(open, request, { state: "done" });
      await announceRestore(telemetry, planned, {
        kind: "restore.finished",
        proof: end.result.copies.proof.kind,
      });
      return { kind: "done", run };
    case "continue":
      if (asked.attempt >= MOST_ATTEMPTS)
        return fail(host, open, planned, journal, tooMany(run, asked.attempt));
      await continueIn(host, planned, asked.attempt + 1);
      return { kind: "continued", run };
    case "failed":
      return fail(host, open, planned, journal, end.failure);
    default:
      return end satisfies never;
  }
}

async function fail(
  { telemetry }: AwsHost,
  open: OpenDeployment,
  planned: Known,
  journal: Journal,
  failure: Failure,
): Promise<ExecutionEnd> {
  await failRestore(open, planned.run, journal, fromFailure(failure));
  await announceRestore(telemetry, planned, { kind: "restore.failed", ...failure });
  return { kind: "failed", run: planned.run, failure };
}

function tooMany(run: string, attempt: number): Failure {
  const message = `run "${run}" was not over after ${attempt} executions; what it has done is in its journal`;
  return { code: "TIMED_OUT", message };
}

/** By a name of its own: an end that is told twice starts one execution. */
async function continueIn({ aws, env }: AwsHost, { run, request }: Known, attempt: number): Promise<void> {
  const executions = executionsIn(aws.region);
  const functionArn = env["STILLPOINT_RESTORE_FUNCTION"] ?? "";
  await executions
    .start(functionArn, executionName(request ?? run, attempt), { run, attempt })
    .finally(() => executions.close());
}
