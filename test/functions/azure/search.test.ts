import {
  DescribeContinuousBackupsCommand,
  type DynamoDBClient,
  ListTablesCommand,
  PutItemCommand,
} from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { AttemptEnd } from "../../../functions/restore/azure-activities.ts";
import { type RehearsalDynamodb, startDynamodb } from "../../../rehearsal/dynamodb/dynamodb.ts";
import { dynamodbClient } from "../../../rehearsal/ledger/endpoint.ts";
import { keyAttributes } from "../../../rehearsal/ledger/key-bytes.ts";
import { COORDINATOR_STATE } from "../../../rehearsal/ledger/ledger-tables.ts";
import { openLedger } from "../../../rehearsal/ledger/open-ledger.ts";
import { text } from "../../../rehearsal/ledger/value.ts";
import type { PlannedRun } from "../../../shared/deployment/plan-restore.ts";
import { until } from "../../cli/until.ts";
import { DurableLife } from "../../workflow/durable-life.ts";
import { registered } from "../../workflow/functions-core.ts";
import { type AzureWorld, azureWorld } from "./azure-world.ts";
import { type DurableEngine, startEngine } from "./durable-engine.ts";
import { type Asking, askingOf, code } from "./restore-world.ts";

const SEED = "azure search";
const PREFIX = "prod_";
const COORDINATOR = `${PREFIX}${COORDINATOR_STATE.name}`;
const PACE = {
  latestDelayMs: 200,
  restoreLeastMs: 20,
  restoreMostMs: 50,
  createTableMs: 5,
  deleteTableMs: 5,
};
const KEYS = { AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test" };
const SECRETS = { AWS_ACCESS_KEY_ID: "aws-id", AWS_SECRET_ACCESS_KEY: "aws-key" };

/** Functions on Azure whose ledger keeps its records in DynamoDB. */
describe("a search for a quiet second on Azure", () => {
  let dynamodb: RehearsalDynamodb;
  let azure: AzureWorld;
  let engine: DurableEngine;
  let asking: Asking;
  let client: DynamoDBClient;

  beforeAll(async () => {
    dynamodb = await startDynamodb({ seed: SEED, pace: PACE });
    const { endpoint, region } = dynamodb;
    await openLedger({
      endpoint: { url: endpoint, region },
      prefix: PREFIX,
      seed: SEED,
      assets: 6,
      balance: 100,
    });
    const main = { kind: "dynamodb", region, endpoint, prefix: PREFIX };
    const pause = { scalarClockBound: "100ms", rpcDeadline: "2s" };
    const deployments = { payments: { databases: { main }, pause, approvalWithin: "1h" }, cosmos: {} };
    [azure, engine] = await Promise.all([
      azureWorld({ deployments, azure: { secrets: SECRETS }, env: KEYS }),
      startEngine(),
    ]);
    client = dynamodbClient({ url: endpoint, region });
    engine.host.deploy(code("1"));
    asking = askingOf(azure, engine, registered(code("1")));
    await azure.beat();
  });
  afterAll(async () => {
    client.destroy();
    await engine[Symbol.asyncDispose]();
    await azure[Symbol.asyncDispose]();
    await dynamodb.close();
  });
  beforeEach(() => engine.setClock(Date.now()));

  const request = (id: string, more: object = {}) =>
    asking.post("request", { id, deployment: "payments", nearest: "latest", ...more });
  const requestOf = async (id: string) => (await azure.catalog.requests.get(`restore-${id}`)).record;
  const searchOf = async (id: string) => {
    const { records } = await azure.catalog.runs.list("payments");
    const found = records.find((run) => run.request === `restore-${id}` && run.kind === "search");
    return found as PlannedRun;
  };
  const tables = async () => {
    const { TableNames = [] } = await client.send(new ListTablesCommand({}));
    return TableNames;
  };

  test("records what it has found, and then restores that, for one request and in one orchestration", async () => {
    let id = "";
    let tries = 0;
    // Until enough time has passed since the last commit for a second and the proof of it.
    await until(async () => {
      id = `quiet-${tries++}`;
      await request(id);
      return ((await asking.carryOut(`restore-${id}-1`)) as AttemptEnd).kind === "done";
    });
    const [search, run] = [await searchOf(id), await asking.runOf(id)];
    expect(search).toMatchObject({ kind: "search", state: "done" });
    expect(asking.noticed("stillpoint.search.started", search.id)).toHaveLength(1);
    expect(asking.noticed("stillpoint.quiet.found", search.id)).toEqual([
      expect.objectContaining({ point: search.point }),
    ]);
    expect((await azure.catalog.points.get(search.point)).record).toMatchObject({
      basis: "quiet",
      quiet: { search: search.id, provenSecond: expect.any(Number) },
    });
    expect(run).toMatchObject({ kind: "restore", state: "done", point: search.point });
    expect(asking.noticed("stillpoint.restore.finished", run.id)).toEqual([
      expect.objectContaining({ proof: "proven", point: search.point }),
    ]);
    expect(await requestOf(id)).toMatchObject({ state: "done", run: run.id });
    expect((await azure.catalog.lease("payments"))?.holder).toBeUndefined();
    expect((await tables()).filter((name) => name.includes(search.id.slice(-8)))).toEqual([]);
  });

  const onceAtEach = () => {
    const moments = new Set<string>();
    return (moment: string) => moments.size < moments.add(moment).size;
  };

  test("whose process dies before and after each kind of step ends as an undisturbed one", async () => {
    const [id, dies] = ["mortal", onceAtEach()];
    await request(id);
    let lives = 0;
    const lifeOf = () => {
      lives++;
      return new DurableLife(dies);
    };
    expect(await asking.carryOut(`restore-${id}-1`, { lifeOf })).toMatchObject({ kind: "done" });
    expect(lives).toBeGreaterThan(15);
    const [search, run] = [await searchOf(id), await asking.runOf(id)];
    expect([search.state, run.state, run.point]).toEqual(["done", "done", search.point]);
    const { records } = await azure.catalog.points.list("payments");
    expect(records.filter(({ quiet }) => quiet?.search === search.id)).toHaveLength(1);
    expect(await requestOf(id)).toMatchObject({ state: "done", run: run.id });
    expect((await tables()).filter((table) => table.includes(search.id.slice(-8)))).toEqual([]);
    for (const type of ["stillpoint.search.failed", "stillpoint.restore.failed"])
      expect([...asking.noticed(type, search.id), ...asking.noticed(type, run.id)]).toEqual([]);
  });

  test("under which new code is deployed goes on, and its restore after it", async () => {
    await request("redeployed");
    const lifeOf = () =>
      new DurableLife((moment) => {
        if (moment === "after verify-step") engine.host.deploy(code("2"));
        return false;
      });
    expect(await asking.carryOut("restore-redeployed-1", { lifeOf })).toMatchObject({ kind: "done" });
    engine.host.deploy(code("1"));
    expect(await asking.runOf("redeployed")).toMatchObject({ kind: "restore", state: "done" });
  });

  test("whose restore would replace the originals shows the plan of that, and waits until somebody approves", async () => {
    const before = await tables();
    await request("in-place", { mode: "in-place" });
    expect(await asking.carryOut("restore-in-place-1")).toMatchObject({
      kind: "failed",
      failure: { code: "NOT_APPROVED" },
    });
    const run = await asking.runOf("in-place");
    expect(run).toMatchObject({ kind: "restore", state: "abandoned" });
    expect(asking.noticed("stillpoint.restore.waiting", run.id)).toEqual([
      expect.objectContaining({
        digest: run.plan.digest,
        consequences: expect.arrayContaining([expect.any(String)]),
      }),
    ]);
    expect(await tables()).toEqual(before);
  });

  test.each([
    ["nearest", "PLAN_REFUSED", { nearest: "latest" }],
    ["settled", "SETTLE_REFUSED", { at: "latest", settle: true }],
  ])(
    "or settling is no way back for Cosmos DB, and the request is told so: %s",
    async (name, code, asked) => {
      await asking.post("request", { id: `cosmos-${name}`, deployment: "cosmos", ...asked });
      const end = await asking.carryOut(`restore-cosmos-${name}-1`);
      const message = expect.stringMatching(/"main" is of kind cosmosdb: .* nothing was touched/);
      expect(end).toMatchObject({ kind: "failed", failure: { code, message } });
      expect(await requestOf(`cosmos-${name}`)).toMatchObject({ state: "refused", failure: { message } });
      expect((await azure.catalog.runs.list("cosmos")).records).toEqual([]);
      expect((await azure.catalog.points.list("cosmos")).records).toEqual([]);
      expect((await azure.catalog.lease("cosmos"))?.holder).toBeUndefined();
    },
  );

  test("that finds none ends its request, and leaves nothing", async () => {
    await commitEverySecond();
    const before = await tables();
    await request("vain");
    expect(await asking.carryOut("restore-vain-1")).toMatchObject({
      kind: "failed",
      failure: { code: "NO_QUIET_SECOND" },
    });
    expect(await requestOf("vain")).toMatchObject({ state: "refused", failure: { code: "NO_QUIET_SECOND" } });
    const search = await asking.runOf("vain");
    expect(search).toMatchObject({ kind: "search", state: "abandoned" });
    expect(asking.noticed("stillpoint.search.failed", search.id)).toHaveLength(1);
    expect(await azure.catalog.points.find(search.point)).toBeUndefined();
    expect((await azure.catalog.lease("payments"))?.holder).toBeUndefined();
    expect(await tables()).toEqual(before);
  });

  /** What read only leaves a row of the coordinator, too: as if somebody had done so all the time. */
  async function commitEverySecond(): Promise<void> {
    const { records } = await azure.catalog.runs.list("payments");
    const firstMs = Math.min(...records.map(({ createdMs }) => createdMs)) - 60_000;
    for (let createdMs = firstMs; createdMs < Date.now() + 60_000; createdMs += 1_000) {
      const id = `reading-${createdMs}`;
      const decided = { tx_id: { S: id }, tx_state: { N: "3" }, tx_created_at: { N: `${createdMs}` } };
      const Item = { ...keyAttributes(COORDINATOR_STATE, { tx_id: text(id) }), ...decided };
      await client.send(new PutItemCommand({ TableName: COORDINATOR, Item }));
    }
    const writtenMs = Date.now();
    await until(async () => (await latestMs()) > writtenMs + 1_000);
  }

  async function latestMs(): Promise<number> {
    const asked = new DescribeContinuousBackupsCommand({ TableName: COORDINATOR });
    const { ContinuousBackupsDescription: its } = await client.send(asked);
    return its?.PointInTimeRecoveryDescription?.LatestRestorableDateTime?.getTime() ?? 0;
  }
});
