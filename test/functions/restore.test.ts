import { setTimeout as delay } from "node:timers/promises";
import { withDurableExecution } from "@aws/durable-execution-sdk-js";
import { ListTablesCommand } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { handler as backup } from "../../functions/backup/aws.ts";
import { handler as request } from "../../functions/request/aws.ts";
import type { ExecutionEnd } from "../../functions/restore/conclude.ts";
import { restoreFunction } from "../../functions/restore/durable-restore.ts";
import { handler as verify } from "../../functions/verify/aws.ts";
import { dynamodbClient } from "../../rehearsal/ledger/endpoint.ts";
import type { RestorePoint } from "../../shared/catalog/model.ts";
import type { PlannedRun } from "../../shared/deployment/plan-restore.ts";
import { dynamodbPlanOf } from "../deployment/dynamodb-plan.ts";
import { execute } from "../workflow/durable-service.ts";
import type { OperationLog } from "../workflow/operation-log.ts";
import { type AwsWorld, awsWorld, invocation, VERIFY_FUNCTION } from "./aws-world.ts";

const TEST_MS = 60_000;
/** The database's own time passes for real; the execution's waits are virtual, and this long at most. */
const LONGEST_WAIT_MS = 200;
/** Of the prefix whose packets are thrown away (RFC 6666): it gives no sign. */
const SILENT = { component: "ledger", host: "100::1", port: 50053 };

describe("the restore function", { timeout: TEST_MS }, () => {
  let aws: AwsWorld;
  let point: RestorePoint;
  let log: OperationLog | undefined;

  beforeAll(async () => {
    aws = await awsWorld({ deployment: { approvalWithin: "2h" } });
    await aws.beat();
    await backup({ deployment: "payments" }, invocation());
    [point] = (await aws.catalog.points.list()).records as [RestorePoint];
    aws.services.onWake((callback) => log?.complete(callback));
  }, TEST_MS);
  afterAll(async () => aws[Symbol.asyncDispose]());

  const told = (type: string, id: string) =>
    aws.services.events.filter((one) => one.type === type && one.detail["run"] === id);
  const runOf = async (id: string) => {
    const { run = "" } = (await aws.catalog.requests.get(`restore-${id}`)).record;
    return (await aws.catalog.runs.get(run)).record as PlannedRun;
  };
  const ask = (type: string, detail: object) =>
    request({ "detail-type": `stillpoint.restore.${type}`, detail }, invocation());

  /** Carries out the execution that the last call of `request` has started. */
  async function carryOut(): Promise<ExecutionEnd> {
    const started = aws.services.started.at(-1);
    const end = await execute({
      name: started?.name ?? "",
      input: started?.payload,
      began: (its) => {
        log = its;
      },
      passed: async (ms) => delay(Math.min(ms, LONGEST_WAIT_MS)),
      functions: { [VERIFY_FUNCTION]: (input) => verify(input, invocation()) },
      handler: (durableExecutionClient) => withDurableExecution(restoreFunction, { durableExecutionClient }),
    });
    if (end.status !== "SUCCEEDED") throw new Error(end.error);
    return end.result as ExecutionEnd;
  }

  const tables = async () => {
    const { endpoint: url, region } = aws.world.dynamodb;
    const client = dynamodbClient({ url, region });
    const { TableNames = [] } = await client.send(new ListTablesCommand({}));
    client.destroy();
    return TableNames;
  };

  test("restores side by side with the instances running, and asks nobody", async () => {
    await ask("requested", { id: "drill-1", deployment: "payments", point: point.id });
    expect(await carryOut()).toMatchObject({ kind: "done" });
    const run = await runOf("drill-1");
    expect(run).toMatchObject({ state: "done", request: "restore-drill-1", execution: { attempt: 1 } });
    expect(told("stillpoint.restore.started", run.id)).toHaveLength(1);
    expect(told("stillpoint.restore.finished", run.id)).toEqual([
      expect.objectContaining({ detail: expect.objectContaining({ mode: "side-by-side", point: point.id }) }),
    ]);
    expect((await tables()).filter((name) => name.includes(run.id.slice(-8)))).toHaveLength(
      dynamodbPlanOf(run).tables.length,
    );
    expect(aws.metrics("RestoreDuration")).toHaveLength(1);
    expect((await aws.catalog.requests.get("restore-drill-1")).record.state).toBe("done");
  });

  test("does nothing where no point fits, and says so", async () => {
    await ask("requested", { id: "none", deployment: "payments", at: "2020-01-01T00:00:00Z" });
    expect(await carryOut()).toMatchObject({ kind: "failed", failure: { code: "NO_RESTORE_POINT" } });
    expect((await aws.catalog.requests.get("restore-none")).record).toMatchObject({
      state: "refused",
      failure: { code: "NO_RESTORE_POINT" },
    });
  });

  test("in place that nobody approves changes nothing, and ends the run", async () => {
    const before = await tables();
    await ask("requested", { id: "late", deployment: "payments", point: point.id, mode: "in-place" });
    expect(await carryOut()).toMatchObject({ kind: "failed", failure: { code: "NOT_APPROVED" } });
    const run = await runOf("late");
    expect(run.state).toBe("abandoned");
    expect(await tables()).toEqual(before);
    expect(told("stillpoint.restore.waiting", run.id)).toEqual([
      expect.objectContaining({ detail: expect.objectContaining({ digest: run.plan.digest }) }),
    ]);
    await expect(ask("approved", { run: run.id, digest: run.plan.digest })).rejects.toMatchObject({
      code: "APPROVAL_REFUSED",
    });
  });

  const whileItWaits = (meanwhile: (run: string, digest: string) => Promise<unknown>) =>
    aws.services.onEvent(async ({ type, detail: { run, digest } }) => {
      if (type === "stillpoint.restore.waiting") await meanwhile(String(run), String(digest));
    });

  test("leaves a run alone that somebody has begun at a command line while it waited", async () => {
    await ask("requested", { id: "begun", deployment: "payments", point: point.id, mode: "in-place" });
    whileItWaits((run) => aws.catalog.runs.update(run, (found) => ({ ...found, state: "running" })));
    expect(await carryOut()).toMatchObject({ kind: "failed", failure: { code: "CATALOG_CONFLICT" } });
    const run = await runOf("begun");
    expect(run.state).toBe("running");
    expect(told("stillpoint.restore.failed", run.id)).toEqual([]);
    await aws.catalog.runs.update(run.id, (found) => ({ ...found, state: "abandoned" }));
  });

  test("leaves a run to the execution that was started for it while it waited, approved or not", async () => {
    await ask("requested", { id: "newer", deployment: "payments", point: point.id, mode: "in-place" });
    whileItWaits(async (run, digest) => {
      await ask("resumed", { run });
      await ask("approved", { run, digest });
    });
    const { started } = aws.services;
    const waiting = started.findIndex(({ name }) => name === "restore-newer-1");
    expect(await carryOut()).toMatchObject({ kind: "failed", failure: { code: "CATALOG_CONFLICT" } });
    expect(started.slice(waiting + 1).map(({ name }) => name)).toEqual(["restore-newer-2"]);
    const run = await runOf("newer");
    expect(run).toMatchObject({ state: "planned", execution: { attempt: 2 } });
    expect(told("stillpoint.restore.started", run.id)).toEqual([]);
    await aws.catalog.runs.update(run.id, (found) => ({ ...found, state: "abandoned" }));
  });

  test("searches for a quiet second first, and then restores what was found, for one request", async () => {
    await ask("requested", { id: "quiet", deployment: "payments", nearest: "latest" });
    expect(await carryOut()).toMatchObject({ kind: "continued" });
    const search = await runOf("quiet");
    expect(search).toMatchObject({ kind: "search", state: "done", request: "restore-quiet" });
    expect((await aws.catalog.requests.get("restore-quiet")).record.state).toBe("taken");
    expect(told("stillpoint.search.started", search.id)).toHaveLength(1);
    expect(told("stillpoint.quiet.found", search.id)).toEqual([
      expect.objectContaining({ detail: expect.objectContaining({ point: search.point }) }),
    ]);
    expect(aws.services.started.at(-1)).toMatchObject({
      name: "restore-quiet-2",
      payload: { run: search.id, attempt: 2 },
    });
    expect(await carryOut()).toMatchObject({ kind: "done" });
    const run = await runOf("quiet");
    expect(run).toMatchObject({
      kind: "restore",
      state: "done",
      point: search.point,
      execution: { name: "restore-quiet-2", attempt: 2 },
    });
    expect(told("stillpoint.restore.finished", run.id)).toEqual([
      expect.objectContaining({ detail: expect.objectContaining({ proof: "proven" }) }),
    ]);
    expect((await aws.catalog.requests.get("restore-quiet")).record).toMatchObject({
      state: "done",
      run: run.id,
    });
  });

  test("goes on with a request whose search is done when that is resumed", async () => {
    aws.services.onEvent(async () => undefined);
    await ask("requested", { id: "helped", deployment: "payments", nearest: "latest", mode: "in-place" });
    expect(await carryOut()).toMatchObject({ kind: "continued" });
    const search = await runOf("helped");
    // The execution that would have gone on never began.
    await ask("resumed", { run: search.id });
    expect(aws.services.started.at(-1)?.name).toBe("restore-helped-3");
    expect(await carryOut()).toMatchObject({ kind: "failed", failure: { code: "NOT_APPROVED" } });
    expect(await runOf("helped")).toMatchObject({ kind: "restore", point: search.point, state: "abandoned" });
  });

  test("settles a second at which nobody paused", async () => {
    await ask("requested", { id: "settled", deployment: "payments", at: "latest", settle: true });
    expect(await carryOut()).toMatchObject({ kind: "done" });
    const run = await runOf("settled");
    expect(run).toMatchObject({ state: "done", result: { settled: { dropped: 0 } } });
    expect((await aws.catalog.points.get(run.point)).record).toMatchObject({
      basis: "settled",
      settled: { by: { run: run.id, dropped: 0 } },
    });
  });

  const approvesAll = () => whileItWaits((run, digest) => ask("approved", { run, digest }));

  test("does not take an instance for stopped that it may never have been able to reach", async () => {
    const { takenFrom: _, ...elsewhere } = { ...point, id: "payments-elsewhere", instances: [SILENT] };
    await aws.catalog.points.create(elsewhere);
    await aws.world.stopInstances();
    await ask("requested", { id: "far", deployment: "payments", point: elsewhere.id, mode: "in-place" });
    approvesAll();
    expect(await carryOut()).toMatchObject({
      kind: "failed",
      failure: { code: "INSTANCES_RUNNING", message: expect.stringContaining("out of reach") },
    });
    await aws.world.startInstances();
  });

  test("refuses the approval of another plan; with its own, restores once the instances are stopped", async () => {
    await aws.catalog.points.update(point.id, (its) => ({ ...its, instances: [...its.instances, SILENT] }));
    await ask("requested", { id: "disaster", deployment: "payments", point: point.id, mode: "in-place" });
    await aws.world.ruin();
    const refusals: unknown[] = [];
    aws.services.onEvent(async ({ type, detail: { run, digest } }) => {
      if (type !== "stillpoint.restore.waiting") return;
      await ask("approved", { run, digest: "0".repeat(64) }).catch((error) => refusals.push(error));
      await ask("approved", { run, digest });
    });
    expect(await carryOut()).toMatchObject({ kind: "failed", failure: { code: "INSTANCES_RUNNING" } });
    expect(await runOf("disaster")).toMatchObject({
      state: "planned",
      failure: { code: "INSTANCES_RUNNING" },
    });
    await aws.world.stopInstances();
    await ask("resumed", { run: (await runOf("disaster")).id });
    expect(aws.services.started.at(-1)?.name).toBe("restore-disaster-2");
    expect(await carryOut()).toMatchObject({ kind: "done" });
    expect(refusals).toEqual([expect.objectContaining({ code: "APPROVAL_REFUSED" })]);
    const run = await runOf("disaster");
    expect(run).toMatchObject({
      state: "done",
      approval: { digest: run.plan.digest },
      execution: { name: "restore-disaster-2", attempt: 2 },
      result: { mode: "in-place", settingsDifferences: {} },
    });
    expect((await aws.catalog.points.get(point.id)).record.lostTo).toBe(run.id);
  });
});
