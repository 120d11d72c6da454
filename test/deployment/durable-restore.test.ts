import { setTimeout as delay } from "node:timers/promises";
import type { OperationUpdate } from "@aws/durable-execution-sdk-js";
import { DescribeTableCommand, ListBackupsCommand } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { dynamodbHandlers } from "../../shared/deployment/dynamodb/handlers.ts";
import { type PlannedRun, planRestore } from "../../shared/deployment/plan-restore.ts";
import { verifyHandlers } from "../../shared/deployment/verify-handlers.ts";
import type { RestoreEffects } from "../../shared/restore/dynamodb/effects.ts";
import type { DynamodbPlan } from "../../shared/restore/dynamodb/plan.ts";
import { type DynamodbResult, restore } from "../../shared/restore/dynamodb/restore.ts";
import type { DurableEnd } from "../../shared/workflow/run-durable.ts";
import { durableHandler } from "../workflow/durable-handler.ts";
import { DurableLife } from "../workflow/durable-life.ts";
import { type ExecutionEnd, execute, type HandlerOf } from "../workflow/durable-service.ts";
import { dynamodbPlanOf } from "./dynamodb-plan.ts";
import { type RuinedWorld, ruinedWorld, tablesOf } from "./ruined-world.ts";

const LIMIT_MS = 120_000;
/** The rehearsal's restores take less than a second, however long the engine believes to have waited. */
const WAIT_MS = 40;
const QUICK = { firstMs: 1_000, mostMs: 1_000 };

/** Loses every checkpoint before it is stored, and then once more when it is stored and nobody has heard of it. */
class Deaths {
  count = 0;
  readonly #died = new Set<string>();
  #looks = 0;

  readonly at = (moment: string, updates: readonly OperationUpdate[]): boolean => {
    // A look that was lost is made again, and finds more: some are kept, or the execution would never wait.
    const isLook = updates.some(({ Action }) => Action === "RETRY");
    if (isLook && moment.startsWith("before") && this.#looks++ % 2 === 0) return false;
    const keys = updates.map(({ Id, Action }) => `${moment.slice(0, 6)} ${Id} ${Action}`);
    if (keys.every((key) => this.#died.has(key))) return false;
    for (const key of keys) this.#died.add(key);
    this.count++;
    return true;
  };
}

describe("a ruined ledger on the rehearsal's DynamoDB", { timeout: LIMIT_MS }, () => {
  let ruined: RuinedWorld;
  let before: readonly string[];

  beforeAll(async () => {
    ruined = await ruinedWorld("durable");
    await ruined.world.stopInstances();
    before = await tablesOf(ruined.world);
  }, LIMIT_MS);

  afterAll(async () => ruined[Symbol.asyncDispose]());

  test("is restored by an execution that is killed at every checkpoint, as if it had not been", async () => {
    const { world, open, point, opening } = ruined;
    const run = await planRestore(open, { choice: { kind: "id", id: point.id }, mode: "in-place" });
    const deaths = new Deaths();
    const end = await execute({
      handler: handlerOf(ruined, run),
      lifeOf: () => new DurableLife(deaths.at),
      passed: () => delay(WAIT_MS),
      invoking: () => refuseLost(ruined, dynamodbPlanOf(run)),
    });
    const result = resultOf(end);
    expect(result).toMatchObject({ mode: "in-place", settingsDifferences: {} });
    expect(result.copies.proof.kind).not.toBe("disproven");
    expect(await world.totals()).toMatchObject({ assets: opening.assets, balance: opening.balance });
    expect(await tablesOf(world)).toEqual(before);
    const { BackupSummaries = [] } = await world.client.send(new ListBackupsCommand({ BackupType: "USER" }));
    expect(BackupSummaries.map(({ BackupArn }) => BackupArn).sort()).toEqual([...result.backups].sort());
    expect(deaths.count).toBeGreaterThan(2 * dynamodbPlanOf(run).tables.length);
    console.log(
      `${dynamodbPlanOf(run).tables.length} tables: ${deaths.count} deaths, ${end.invocations} invocations, ${end.operations} operations`,
    );
  });
});

function resultOf({ result }: ExecutionEnd): DynamodbResult {
  const end = result as DurableEnd<DynamodbResult>;
  if (end?.kind !== "done") throw new Error(`the restore did not end: ${JSON.stringify(end)}`);
  return end.result;
}

function handlerOf(ruined: RuinedWorld, run: PlannedRun): HandlerOf {
  const { open } = ruined;
  const plan = dynamodbPlanOf(run);
  return durableHandler<RestoreEffects, DynamodbResult>({
    workflow: () => restore(plan),
    handlers: (journal) =>
      dynamodbHandlers(open, { report: () => undefined, verification: verifyHandlers(open), journal }),
    store: open.catalog.store,
    run: run.id,
    pace: QUICK,
  });
}

/** Law 4, as far as it can be seen from outside: no original goes before its backup is there. */
async function refuseLost({ world: { client } }: RuinedWorld, { tables }: DynamodbPlan): Promise<void> {
  const { BackupSummaries = [] } = await client.send(new ListBackupsCommand({ BackupType: "USER" }));
  for (const { name, id, backup } of tables) {
    const found = client.send(new DescribeTableCommand({ TableName: name }));
    const table = (await found.catch(() => undefined))?.Table;
    const isBackedUp = BackupSummaries.some(
      ({ BackupName, BackupStatus }) => BackupName === backup && BackupStatus === "AVAILABLE",
    );
    if ((table?.TableId !== id || table.TableStatus !== "ACTIVE") && !isBackedUp)
      throw new Error(`"${name}" was deleted before it was backed up`);
  }
}
