import type { InvokeCommandInput, LambdaClient } from "@aws-sdk/client-lambda";
import { requestLimits } from "../../shared/aws/request-limits.ts";
import { messageOf, StillpointError } from "../../shared/errors/stillpoint-error.ts";
import type { AwsHost } from "./host.ts";

const TIMEOUTS = requestLimits(3_000, 10_000);

/**
 * Starts an execution of the function `restore`. The same name with the same payload is the same execution, however
 * often it is started.
 */
export async function startRestore(
  { aws, env }: Pick<AwsHost, "aws" | "env">,
  name: string,
  payload: object,
): Promise<void> {
  const functionArn = env["STILLPOINT_RESTORE_FUNCTION"];
  if (functionArn === undefined)
    throw new StillpointError(
      "CONFIG_INVALID",
      `cannot start execution "${name}": the environment variable STILLPOINT_RESTORE_FUNCTION is not set; nothing was started`,
    );
  await invoke(aws.region, functionArn, payload, { DurableExecutionName: name });
}

/** Whether there is a function that has the tools of dumps. */
export function hasDumpFunction({ env }: Pick<AwsHost, "env">): boolean {
  return env["STILLPOINT_DUMP_FUNCTION"] !== undefined;
}

/** Starts the function that has the tools of dumps, which then takes the backup that was asked for. */
export async function startDump(
  { aws, env }: Pick<AwsHost, "aws" | "env">,
  asked: { readonly deployment: string; readonly run: string },
): Promise<string> {
  const functionArn = env["STILLPOINT_DUMP_FUNCTION"];
  await invoke(aws.region, functionArn, asked).catch((cause: unknown) => {
    throw new StillpointError(
      "DUMP_FAILED",
      `the function "${functionArn}" was not started for "${asked.run}": ${messageOf(cause)}; nothing was paused`,
      { cause },
    );
  });
  return `function ${functionArn}`;
}

/** Lets an execution go on that waits for this callback. */
export async function wakeExecution(region: string, callback: string): Promise<void> {
  const { SendDurableExecutionCallbackSuccessCommand } = await import("@aws-sdk/client-lambda");
  const wake = new SendDurableExecutionCallbackSuccessCommand({
    CallbackId: callback,
    Result: Buffer.from("{}"),
  });
  await withLambda(region, (lambda) => lambda.send(wake));
}

async function invoke(
  region: string,
  functionArn: string | undefined,
  payload: object,
  more: Partial<InvokeCommandInput> = {},
): Promise<void> {
  const { InvokeCommand } = await import("@aws-sdk/client-lambda");
  const command = new InvokeCommand({
    FunctionName: functionArn,
    InvocationType: "Event",
    Payload: Buffer.from(JSON.stringify(payload)),
    ...more,
  });
  await withLambda(region, (lambda) => lambda.send(command));
}

/** Loaded when it is needed: a backup that starts nobody does without. */

async function withLambda(region: string, work: (lambda: LambdaClient) => Promise<unknown>): Promise<void> {
  const { LambdaClient } = await import("@aws-sdk/client-lambda");
  const lambda = new LambdaClient({ region, requestHandler: TIMEOUTS });
  try {
    await work(lambda);
  } finally {
    lambda.destroy();
  }
}
