import type { DurableContext } from "@aws/durable-execution-sdk-js";
import * as z from "zod";
import { executionName, journalOfExecution } from "../../shared/workflow/durable-attempt.ts";
import { type AwsHost, awsHost } from "../aws/host.ts";
import { tell } from "../aws/plain-handler.ts";
import { hasTask, startTask } from "../aws/tasks.ts";
import { logger } from "../aws/telemetry.ts";
import { parsed } from "../parsed.ts";
import { awaitApproval } from "./approval.ts";
import { begin } from "./begun.ts";
import { carryOut } from "./carry-out.ts";
import { conclude, type ExecutionEnd } from "./conclude.ts";
import type { Execution } from "./execution.ts";
import { type Carrier, handOver } from "./hand-over.ts";
import { keptDeployment } from "./kept-deployment.ts";
import { type AskedRestore, planOnce } from "./plan-once.ts";

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
  const { run, deployment } = planned;
  const execution: Execution = {
    host,
    context,
    open: keptDeployment(host, deployment),
    planned,
    attempt: asked.attempt,
  };
  const refused = await awaitApproval(execution);
  if (refused) return { kind: "failed", run, failure: refused };
  if (planned.loadsDumps) return context.step("hand-over", () => handOver(execution, carrierOf(execution)));
  const begun = await context.step("start", () =>
    begin(execution, {
      attempt: asked.attempt,
      journal: () => journalOfExecution(host.catalog.store, run, context),
    }),
  );
  if (begun.failure) return { kind: "failed", run, failure: begun.failure };
  const journal = await journalOfExecution(host.catalog.store, run, context);
  const end = await carryOut(execution, journal);
  return context.step("end", () => conclude(execution, { end, journal, begunMs: begun.atMs }));
}

/** By a name of its own: what is started twice is one task. */
function carrierOf({ host, planned: { run, request }, attempt }: Execution): Carrier {
  return {
    setting: "aws.dumps.task",
    isThere: hasTask(host),
    start: (args) => startTask(host, executionName(request ?? run, attempt), args),
  };
}
