import { withDurableExecution } from "@aws/durable-execution-sdk-js";
import { LocalDurableTestRunner } from "@aws/durable-execution-sdk-js-testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { AbandonEffects } from "../../shared/restore/dynamodb/abandon.ts";
import { type DynamodbResult, restore } from "../../shared/restore/dynamodb/restore.ts";
import { journalOfExecution } from "../../shared/workflow/durable-attempt.ts";
import { type DurableEnd, runDurably } from "../../shared/workflow/run-durable.ts";
import { planOf } from "./example-plan.ts";
import { Situation } from "./situation.ts";

// Its fake timers do not move the clock on evenly: nothing here reads one, the cloud ticks when it is looked at.
beforeAll(() => LocalDurableTestRunner.setupTestEnvironment({ skipTime: true }));
afterAll(() => LocalDurableTestRunner.teardownTestEnvironment());

test.each(["in-place", "side-by-side"] as const)(
  "a restore %s on the official local runner ends as in a process, with the operations that were counted",
  async (mode) => {
    const inProcess = new Situation(planOf(3, mode));
    const expected = await inProcess.run();
    const situation = new Situation(planOf(3, mode));
    const runner = new LocalDurableTestRunner<DurableEnd<DynamodbResult>>({
      handlerFunction: handlerOf(situation),
    });
    situation.cloud.begin();
    const execution = await runner.run({ payload: {} });
    const end = execution.getResult();
    if (end?.kind !== "done") throw new Error(`the restore did not end: ${JSON.stringify(end)}`);
    expect(execution.getStatus()).toBe("SUCCEEDED");
    expect({ ...end.result, backups: end.result.backups.length }).toEqual({
      ...expected,
      backups: expected.backups.length,
    });
    expect(situation.cloud.snapshot()).toEqual(inProcess.cloud.snapshot());
    expect(situation.cloud.law.broken).toEqual([]);
    expect(new Set(situation.events.map(({ kind }) => kind))).toEqual(
      new Set(["phase", "table", "verified"]),
    );
    const names = execution.getOperations().map((operation) => operation.getName());
    expect(names[0]).toBe("begin");
    expect(end.operations).toBeGreaterThanOrEqual(names.length);
  },
);

function handlerOf(situation: Situation) {
  const { plan, store } = situation;
  return withDurableExecution(async (_input: unknown, context): Promise<DurableEnd<DynamodbResult>> => {
    const journal = await journalOfExecution(store, plan.run, context);
    const handlers = situation.handlersOf(journal);
    return runDurably<AbandonEffects, DynamodbResult>(restore(plan), { context, journal, handlers });
  });
}
