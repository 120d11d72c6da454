import type { AbandonEffects } from "../../shared/restore/dynamodb/abandon.ts";
import { type DynamodbResult, restore } from "../../shared/restore/dynamodb/restore.ts";
import type { DurableEnd } from "../../shared/workflow/run-durable.ts";
import { DurableLife } from "../workflow/durable-life.ts";
import { orchestrationCode } from "../workflow/orchestration-code.ts";
import { OrchestrationHost } from "../workflow/orchestration-host.ts";
import type { Situation } from "./situation.ts";

/** Time is virtual. */
const QUICK = { firstMs: 1, mostMs: 10 };

interface Orchestrating {
  readonly id?: string;
  readonly dies?: (moment: string, deploy: (version: string) => void) => boolean;
  readonly isStopped?: () => boolean;
  readonly operationsMost?: number;
}

export interface Orchestrated {
  readonly status: "Completed" | "Failed" | "Stopped";
  readonly result: DurableEnd<DynamodbResult> | undefined;
  readonly attempts: number;
}

/** A situation's restore as an orchestration, with one process after the other. */
export async function orchestrateRestore(
  situation: Situation,
  { id = "run-1", dies, isStopped, operationsMost }: Orchestrating = {},
): Promise<Orchestrated> {
  const { cloud, plan, store } = situation;
  cloud.begin();
  const host = new OrchestrationHost(() => cloud.tick());
  const deploy = (version: string) =>
    host.deploy(
      orchestrationCode<AbandonEffects, DynamodbResult>(host, {
        workflow: () => restore(plan),
        handlers: (journal) => situation.handlersOf(journal),
        store,
        run: plan.run,
        pace: QUICK,
        version,
        ...(operationsMost !== undefined && { operationsMost }),
      }),
    );
  deploy("1");
  host.start("run", {}, id);
  const { status, output } = await host.run(id, {
    lifeOf: () => new DurableLife((moment) => dies?.(moment, deploy) ?? false),
    ...(isStopped && { isStopped }),
  });
  const result = output as DurableEnd<DynamodbResult> | undefined;
  return { status, result, attempts: host.instances.length - 1 };
}
