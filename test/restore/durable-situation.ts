import type { AbandonEffects } from "../../shared/restore/dynamodb/abandon.ts";
import { type DynamodbResult, restore } from "../../shared/restore/dynamodb/restore.ts";
import type { DurableEnd } from "../../shared/workflow/run-durable.ts";
import { durableHandler } from "../workflow/durable-handler.ts";
import type { DurableLife } from "../workflow/durable-life.ts";
import { type ExecutionEnd, execute } from "../workflow/durable-service.ts";
import type { Situation } from "./situation.ts";

/** Waits are whole seconds, but time is virtual. */
const QUICK = { firstMs: 1, mostMs: 10 };

interface Executing {
  readonly name?: string;
  readonly lifeOf?: (invocation: number) => DurableLife;
  readonly isStopped?: () => boolean;
  readonly operationsMost?: number;
}

export interface RestoreExecution extends Omit<ExecutionEnd, "result"> {
  readonly result: DurableEnd<DynamodbResult> | undefined;
}

/** One durable execution of a situation's restore. */
export async function executeRestore(
  situation: Situation,
  { operationsMost, ...executing }: Executing = {},
): Promise<RestoreExecution> {
  const { cloud, plan, store } = situation;
  cloud.begin();
  const end = await execute({
    ...executing,
    passed: () => cloud.tick(),
    handler: durableHandler<AbandonEffects, DynamodbResult>({
      workflow: () => restore(plan),
      handlers: (journal) => situation.handlersOf(journal),
      store,
      run: plan.run,
      pace: QUICK,
      ...(operationsMost !== undefined && { operationsMost }),
    }),
  });
  return { ...end, result: end.result as DurableEnd<DynamodbResult> | undefined };
}
