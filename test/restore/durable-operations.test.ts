import { expect, test } from "vitest";
import type { RestoreEffects } from "../../shared/restore/dynamodb/effects.ts";
import { type DynamodbResult, restore } from "../../shared/restore/dynamodb/restore.ts";
import { READING_KINDS } from "../../shared/settle/reading.ts";
import { carryOutHere, type ElsewhereInput } from "../../shared/workflow/durable/elsewhere.ts";
import type { DurableEnd } from "../../shared/workflow/run-durable.ts";
import { memoryStore } from "../catalog/memory-store.ts";
import { isLonger } from "../longer.ts";
import { durableHandler } from "../workflow/durable-handler.ts";
import { execute } from "../workflow/durable-service.ts";
import { planOf, settledPlanOf } from "./example-plan.ts";
import { TenHours } from "./ten-hours.ts";

/** Real durable executions of thousands of operations, side by side. */
const PATIENCE_MS = 180_000;
const TEN_HOURS_MS = 10 * 3_600_000;
/** What Lambda allows to one execution. */
const MOST_OPERATIONS = 3_000;

const VERIFY = "arn:aws:lambda:us-east-1:000000000000:function:verify";
const VERIFYING = new Set<string>(READING_KINDS);

const oneAfterTheOther = (nth: number, of: number) => (TEN_HOURS_MS * (nth + 1)) / of;
const EVERY = [
  { tables: 1, pace: "takes ten hours", msOf: () => TEN_HOURS_MS },
  { tables: 10, pace: "finish one after the other over ten hours", msOf: oneAfterTheOther },
  { tables: 100, pace: "finish one after the other over ten hours", msOf: oneAfterTheOther },
  { tables: 100, pace: "take ten hours each, fifty at a time", msOf: () => TEN_HOURS_MS },
] as const;
const MANY = EVERY.filter(({ tables }) => tables === 100);
/** What is settled takes every step of a restore besides its own. */
const SETTLED = MANY.slice(0, 1);
const CASES = isLonger ? EVERY : EVERY.filter((each) => !MANY.includes(each));
const ALL = [
  ...CASES.map((each) => ({ ...each, what: "restore", planWith: planOf })),
  ...SETTLED.map((each) => ({ ...each, what: "settled restore", planWith: settledPlanOf })),
];

test.concurrent.each(ALL)(
  "a $what of $tables tables that $pace is one execution",
  async (of) => {
    const { tables, pace, msOf, planWith, what } = of;
    const plan = planWith(tables - 1);
    const nth = new Map(
      plan.tables.flatMap(({ name, temporary }, index) => [
        [name, index],
        [temporary, index],
      ]),
    );
    const world = new TenHours(plan, (name) => msOf(nth.get(name) ?? 0, tables));
    const end = await execute({
      passed: (ms) => {
        world.nowMs += ms;
      },
      functions: { [VERIFY]: (input) => carryOutHere(world.handlers, input as ElsewhereInput) },
      handler: durableHandler<RestoreEffects, DynamodbResult>({
        workflow: () => restore(plan),
        handlers: () => world.handlers,
        store: memoryStore(),
        run: plan.run,
        elsewhere: { kinds: VERIFYING, functionArn: VERIFY, deployment: plan.deployment },
      }),
    });
    const result = end.result as DurableEnd<DynamodbResult>;
    expect(result.kind).toBe("done");
    expect(result.operations).toBe(end.operations - 1);
    expect(end.operations).toBeLessThan(MOST_OPERATIONS);
    const hours = (world.nowMs / 3_600_000).toFixed(1);
    console.log(
      `${what}, ${tables} tables that ${pace}: ${end.operations} operations, ${hours} h, ${end.invocations} invocations`,
    );
  },
  PATIENCE_MS,
);
