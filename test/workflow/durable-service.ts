import {
  type CheckpointDurableExecutionRequest,
  type DurableExecutionClient,
  type DurableExecutionInvocationOutput,
  type DurableLambdaHandler,
  InvocationStatus,
} from "@aws/durable-execution-sdk-js";
import { DurableLife } from "./durable-life.ts";
import { OperationLog } from "./operation-log.ts";

/** Far more than any execution here takes. */
const MOST_INVOCATIONS = 10_000;

/** Makes the handler of one invocation, whose life may end early. */
export type HandlerOf = (client: DurableExecutionClient, life: DurableLife) => DurableLambdaHandler;

interface Options {
  readonly handler: HandlerOf;
  readonly input?: unknown;
  readonly name?: string;
  /** The life of each invocation; default: it dies nowhere. */
  readonly lifeOf?: (invocation: number) => DurableLife;
  /** Functions that can be invoked, by ARN. */
  readonly functions?: Readonly<Record<string, (input: unknown) => Promise<unknown>>>;
  /** Told when the virtual clock moves on. */
  readonly passed?: (ms: number) => void | Promise<void>;
  /** Told before the first invocation. */
  readonly began?: (log: OperationLog) => void;
  /** Told before each invocation. */
  readonly invoking?: () => void | Promise<void>;
  /** Asked before each invocation: the execution is stopped where it answers true. */
  readonly isStopped?: (invocation: number) => boolean;
}

export interface ExecutionEnd {
  readonly status: "SUCCEEDED" | "FAILED" | "STOPPED";
  readonly result?: unknown;
  readonly error?: string;
  readonly invocations: number;
  /** As the service counts them. */
  readonly operations: number;
  readonly log: OperationLog;
}

/**
 * Lambda's durable execution service in the SDK's own protocol: keeps the log of operations, invokes the handler again
 * when something is due, or when an invocation died, with the log so far.
 */
export async function execute(options: Options): Promise<ExecutionEnd> {
  const log = new OperationLog(options.input ?? {}, options.name ?? "execution-1", options.functions ?? {});
  options.began?.(log);
  for (let invocation = 0; invocation < MOST_INVOCATIONS; invocation++) {
    if (options.isStopped?.(invocation)) return endOf("STOPPED", {}, invocation, log);
    await options.invoking?.();
    const life = options.lifeOf?.(invocation) ?? new DurableLife();
    const output = await invoke(options, log, life);
    if (output === undefined) continue;
    if (output.Status === InvocationStatus.SUCCEEDED)
      return endOf("SUCCEEDED", { result: parsed(output.Result) }, invocation + 1, log);
    if (output.Status === InvocationStatus.FAILED)
      return endOf("FAILED", { error: output.Error.ErrorMessage ?? "" }, invocation + 1, log);
    const passedMs = await log.moveOn();
    await options.passed?.(passedMs);
  }
  throw new Error("the execution never ended");
}

function endOf(
  status: ExecutionEnd["status"],
  more: object,
  invocations: number,
  log: OperationLog,
): ExecutionEnd {
  return { status, ...more, invocations, operations: log.count, log };
}

function parsed(result: string | undefined): unknown {
  return result === undefined ? undefined : (JSON.parse(result) as unknown);
}

/** Undefined where the invocation died or could not go on: the service invokes again. */
async function invoke(
  { handler }: Options,
  log: OperationLog,
  life: DurableLife,
): Promise<DurableExecutionInvocationOutput | undefined> {
  const client = clientOf(log, life);
  const running = handler(client, life)(log.event(), LAMBDA_CONTEXT);
  return Promise.race([running, life.death]).catch((error: unknown) => {
    if ((error as { isUnrecoverableInvocation?: boolean }).isUnrecoverableInvocation) return undefined;
    throw error;
  });
}

/** A checkpoint may be lost before it is stored, or be stored while its answer is lost. */
function clientOf(log: OperationLog, life: DurableLife): DurableExecutionClient {
  return {
    getExecutionState: async () => ({ Operations: [] }),
    checkpoint: async (request: CheckpointDurableExecutionRequest) => {
      const { Updates = [] } = request;
      await life.pass("before checkpoint", Updates);
      const Operations = log.checkpoint(request.CheckpointToken, Updates);
      await life.pass("after checkpoint", Updates);
      return { CheckpointToken: log.token, NewExecutionState: { Operations: [...Operations] } };
    },
  };
}

/** No time is left for timers of the SDK's own: whatever has to wait suspends the invocation. */
const LAMBDA_CONTEXT = {
  awsRequestId: "request",
  getRemainingTimeInMillis: () => 0,
};
