import { withDurableExecution } from "@aws/durable-execution-sdk-js";
import type { AbandonEffects } from "../../shared/restore/dynamodb/abandon.ts";
import { type RestoreResult, restore } from "../../shared/restore/dynamodb/restore.ts";
import { journalOfExecution } from "../../shared/workflow/durable-attempt.ts";
import { type DurableEnd, runDurably } from "../../shared/workflow/run-durable.ts";
import { type DurableLife, livingHandlers, livingStore } from "../workflow/durable-life.ts";
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
  readonly result: DurableEnd<RestoreResult> | undefined;
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
    handler: (client, life) =>
      withDurableExecution(
        async (_input, context): Promise<DurableEnd<RestoreResult>> => {
          const journal = await journalOfExecution(livingStore(life, store), plan.run, context);
          const handlers = situation.handlersOf(journal);
          return runDurably<AbandonEffects, RestoreResult>(restore(plan), {
            context,
            journal,
            handlers: livingHandlers(life, handlers),
            pace: QUICK,
            ...(operationsMost !== undefined && { operationsMost }),
          });
        },
        { durableExecutionClient: client },
      ),
  });
  return { ...end, result: end.result as DurableEnd<RestoreResult> | undefined };
}
