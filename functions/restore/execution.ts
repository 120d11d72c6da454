import type { DurableContext } from "@aws/durable-execution-sdk-js";
import type { OpenDeployment } from "../../shared/deployment/open-deployment.ts";
import { takeGivenAttempt } from "../../shared/deployment/take-attempt.ts";
import { executionName } from "../../shared/workflow/durable-attempt.ts";
import { startRestore } from "../aws/executions.ts";
import type { AwsHost } from "../aws/host.ts";
import type { Known } from "./plan-once.ts";

/** One durable execution of a run, in one of its invocations. */
export interface Execution {
  readonly host: AwsHost;
  readonly context: DurableContext;
  readonly open: OpenDeployment;
  readonly planned: Known;
  /** From 1; a later one goes on by the journal of the run. */
  readonly attempt: number;
}

/** By a name of its own: what is started twice is one execution. */
export async function startNext({ host, planned: { run, request }, attempt }: Execution): Promise<void> {
  const next = attempt + 1;
  await takeGivenAttempt(host.catalog, run, next);
  await startRestore(host, executionName(request ?? run, next), { run, attempt: next });
}
