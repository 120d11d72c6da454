import type {
  DurableExecutionInvocationInput,
  Operation,
  OperationStatus,
  OperationUpdate,
} from "@aws/durable-execution-sdk-js";

type Functions = Readonly<Record<string, (input: unknown) => Promise<unknown>>>;

const ACCOUNT = "arn:aws:lambda:us-east-1:000000000000:function:restore:1";
/** Far beyond any invocation: the SDK waits for nothing itself. */
const FAR_MS = 86_400_000;

/** The operations of one execution, as the service keeps and counts them, in virtual time. */
export class OperationLog {
  readonly #operations = new Map<string, Operation>();
  readonly #due = new Map<string, number>();
  readonly #functions: Functions;
  readonly #invoking = new Map<string, { readonly arn: string; readonly input: unknown }>();
  readonly #arn: string;
  #tokens = 0;
  #nowMs = 0;
  #isWoken = false;
  /** Steps with their retries, polls with their looks, waits, contexts, invocations; the execution itself is one. */
  count = 1;
  /** All that was ever started, also what the service has dropped since. */
  readonly names: string[] = [];

  constructor(input: unknown, name: string, functions: Functions) {
    this.#functions = functions;
    this.#arn = `${ACCOUNT}/durable-execution/${name}/1`;
    this.#operations.set("execution", {
      Id: "execution",
      Type: "EXECUTION",
      Status: "STARTED",
      StartTimestamp: new Date(0),
      ExecutionDetails: { InputPayload: JSON.stringify(input) },
    });
  }

  get token(): string {
    return String(this.#tokens);
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  event(): DurableExecutionInvocationInput {
    // An invocation that is invoked again finds the token of the one that died no longer valid.
    this.#tokens++;
    const Operations = structuredClone([...this.#operations.values()]);
    return {
      DurableExecutionArn: this.#arn,
      CheckpointToken: this.token,
      InitialExecutionState: { Operations },
    };
  }

  checkpoint(token: string | undefined, updates: readonly OperationUpdate[]): readonly Operation[] {
    if (token !== this.token) throw new Error(`Invalid Checkpoint Token "${token}"`);
    this.#tokens++;
    return updates.map((update) => structuredClone(this.#apply(update)));
  }

  /** Lets time pass until something is due, and answers how long that took. */
  async moveOn(): Promise<number> {
    if (this.#isWoken) {
      this.#isWoken = false;
      return 0;
    }
    if (this.#invoking.size > 0) {
      await this.#invoke();
      return 0;
    }
    const next = Math.min(...this.#due.values());
    if (!Number.isFinite(next)) throw new Error("the execution waits for nothing");
    const passedMs = next - this.#nowMs;
    this.#nowMs = next;
    for (const [id, due] of this.#due) if (due <= next) this.#ripen(id);
    return passedMs;
  }

  /** Completes a callback, as whoever was given its id does; one that is over already does not care. */
  complete(callback: string): void {
    for (const [id, operation] of this.#operations)
      if (operation.CallbackDetails?.CallbackId === callback && operation.Status === "STARTED") {
        this.#due.delete(id);
        Object.assign(operation, { Status: "SUCCEEDED" });
        operation.CallbackDetails = { CallbackId: callback, Result: "{}" };
        this.#isWoken = true;
      }
  }

  #ripen(id: string): void {
    this.#due.delete(id);
    const operation = this.#get(id);
    if (operation.Type === "CALLBACK") {
      Object.assign(operation, { Status: "TIMED_OUT" });
      Object.assign(operation.CallbackDetails ?? {}, { Error: { ErrorMessage: "Callback timed out" } });
      return;
    }
    operation.Status = operation.Type === "WAIT" ? "SUCCEEDED" : "READY";
  }

  async #invoke(): Promise<void> {
    for (const [id, { arn, input }] of this.#invoking) {
      const operation = this.#get(id);
      try {
        const Result = JSON.stringify(await this.#functions[arn]?.(input));
        Object.assign(operation, { Status: "SUCCEEDED", ChainedInvokeDetails: { Result } });
      } catch (error) {
        const details = { Error: { ErrorMessage: String(error) } };
        Object.assign(operation, { Status: "FAILED", ChainedInvokeDetails: details });
      }
      this.#invoking.delete(id);
    }
  }

  #apply(update: OperationUpdate): Operation {
    switch (update.Action) {
      case "START":
        return this.#start(update);
      case "RETRY":
        return this.#retry(update);
      case "SUCCEED":
      case "FAIL":
        return this.#end(update, update.Action === "SUCCEED" ? "SUCCEEDED" : "FAILED");
      default:
        throw new Error(`unknown action "${update.Action}"`);
    }
  }

  #start(update: OperationUpdate): Operation {
    const { Id = "", ParentId, Name, Type, SubType } = update;
    const known = this.#operations.get(Id);
    if (known !== undefined && known.Status !== "READY")
      throw new Error(`"${Name}" was started though it is ${known.Status}`);
    // A poll is one operation more than its looks.
    this.count += SubType === "WaitForCondition" && known === undefined ? 2 : 1;
    const operation: Operation = known ?? {
      Id,
      ParentId,
      Name,
      Type,
      SubType,
      StartTimestamp: new Date(),
      Status: "STARTED",
    };
    if (known === undefined) this.names.push(Name ?? "");
    operation.Status = "STARTED";
    this.#operations.set(Id, operation);
    if (Type === "WAIT") {
      this.#due.set(Id, this.#nowMs + seconds(update.WaitOptions?.WaitSeconds));
      operation.WaitDetails = { ScheduledEndTimestamp: new Date(Date.now() + FAR_MS) };
    }
    if (Type === "CALLBACK") {
      operation.CallbackDetails = { CallbackId: `callback-${Id}` };
      const { TimeoutSeconds } = update.CallbackOptions ?? {};
      if (TimeoutSeconds) this.#due.set(Id, this.#nowMs + seconds(TimeoutSeconds));
    }
    if (Type === "CHAINED_INVOKE") {
      const input: unknown = JSON.parse(update.Payload ?? "null");
      this.#invoking.set(Id, { arn: update.ChainedInvokeOptions?.FunctionName ?? "", input });
    }
    return operation;
  }

  #retry(update: OperationUpdate): Operation {
    const operation = this.#under(update);
    this.#due.set(update.Id ?? "", this.#nowMs + seconds(update.StepOptions?.NextAttemptDelaySeconds));
    operation.Status = "PENDING";
    operation.StepDetails = {
      Attempt: (operation.StepDetails?.Attempt ?? 0) + 1,
      NextAttemptTimestamp: new Date(Date.now() + FAR_MS),
      Result: update.Payload,
      Error: update.Error,
    };
    return operation;
  }

  #end(update: OperationUpdate, status: OperationStatus): Operation {
    const operation = this.#under(update);
    operation.Status = status;
    const ended = { Result: update.Payload, Error: update.Error };
    if (operation.Type === "STEP")
      operation.StepDetails = { ...ended, Attempt: (operation.StepDetails?.Attempt ?? 0) + 1 };
    if (operation.Type === "CONTEXT") {
      const { ReplayChildren } = update.ContextOptions ?? {};
      operation.ContextDetails = { ...ended, ReplayChildren };
      if (!ReplayChildren) this.#prune(update.Id);
    }
    return operation;
  }

  /** What is done within a context that is done is not given back any more. */
  #prune(parent: string | undefined): void {
    for (const [id, { ParentId }] of this.#operations)
      if (ParentId === parent) {
        this.#operations.delete(id);
        this.#prune(id);
      }
  }

  #under({ Id = "", Name, Action }: OperationUpdate): Operation {
    const operation = this.#get(Id);
    if (operation.Status !== "STARTED")
      throw new Error(`"${Name}" got ${Action} though it is ${operation.Status}`);
    return operation;
  }

  #get(id: string): Operation {
    const operation = this.#operations.get(id);
    if (operation === undefined) throw new Error(`there is no operation "${id}"`);
    return operation;
  }
}

function seconds(count: number | undefined): number {
  if (count === undefined || !Number.isInteger(count) || count < 1)
    throw new Error(`a wait of "${count}" s is none`);
  return count * 1000;
}
