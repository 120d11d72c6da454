import { setTimeout as delay } from "node:timers/promises";
import { withDurableExecution } from "@aws/durable-execution-sdk-js";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { handler as backup } from "../../functions/backup/aws.ts";
import { handler as follow } from "../../functions/follow/aws.ts";
import { handler as request } from "../../functions/request/aws.ts";
import { restoreFunction } from "../../functions/restore/durable-restore.ts";
import { handler as verify } from "../../functions/verify/aws.ts";
import type { PlannedRun } from "../../shared/deployment/plan-restore.ts";
import type { ManagedResult } from "../../shared/restore/managed/restore.ts";
import { LEDGER } from "../databases/managed/rds/prod.ts";
import { ask, type ManagedWorld, managedWorld } from "../deployment/managed/managed-world.ts";
import { execute } from "../workflow/durable-service.ts";
import { type AwsWorld, awsWorld, invocation, VERIFY_FUNCTION } from "./aws-world.ts";

const TEST_MS = 120_000;
/** The service's own time passes for real; the execution's waits are virtual, and this long at most. */
const LONGEST_WAIT_MS = 200;

describe("an RDS instance, by the functions on AWS", { timeout: TEST_MS }, () => {
  let servers: ManagedWorld;
  let aws: AwsWorld;
  const verified: unknown[] = [];

  beforeAll(async () => {
    vi.stubEnv("AWS_ACCESS_KEY_ID", "rehearsal");
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", "rehearsal");
    servers = await managedWorld();
    const { user, password } = servers.addressAt();
    vi.stubEnv("DB_PASSWORD", password);
    const { endpoint, world } = servers.rds;
    const service = { service: "rds", region: world.region, endpoint, server: LEDGER, database: "ledger" };
    const access = { user, password: { env: "DB_PASSWORD" }, tls: "off" };
    const main = { kind: "managed", ...service, ...access };
    aws = await awsWorld({ deployment: { product: "scalardl", databases: { main } } });
    await aws.beat();
  }, TEST_MS);
  afterAll(async () => {
    await aws?.[Symbol.asyncDispose]();
    await servers?.[Symbol.asyncDispose]();
    vi.unstubAllEnvs();
  });

  const points = async () => (await aws.catalog.points.list()).records;

  test("is backed up in a pause, and its point complete once the service has got there", async () => {
    const { server } = servers.open.managed("main");
    await expect.poll(async () => (await server.identify()).problems, { timeout: 10_000 }).toEqual([]);
    await backup({ deployment: "payments" }, invocation());
    expect(await points()).toMatchObject([{ basis: "window", artifact: "pending" }]);
    const look = async () => {
      await follow({}, invocation());
      return (await points())[0]?.artifact;
    };
    await expect.poll(look, { timeout: 20_000 }).toBe("complete");
    expect(aws.services.events.map(({ type }) => type)).toContain("stillpoint.point.complete");
  });

  test("is restored by a durable execution, its rows read by the function that verifies", async () => {
    const [point] = await points();
    const detail = { id: "drill", deployment: "payments", point: point?.id };
    await request({ "detail-type": "stillpoint.restore.requested", detail }, invocation());
    const { name = "", payload } = aws.services.started.at(-1) ?? {};
    const end = await execute({
      name,
      input: payload,
      passed: (ms) => delay(Math.min(ms, LONGEST_WAIT_MS)),
      functions: {
        [VERIFY_FUNCTION]: (input) => {
          verified.push(input);
          return verify(input, invocation());
        },
      },
      handler: (durableExecutionClient) => withDurableExecution(restoreFunction, { durableExecutionClient }),
    });
    expect(end.error).toBeUndefined();
    expect(end.result).toMatchObject({ kind: "done" });
    const { run = "" } = (await aws.catalog.requests.get("restore-drill")).record;
    const { state, result } = (await aws.catalog.runs.get(run)).record as PlannedRun & {
      readonly result: ManagedResult;
    };
    expect(state).toBe("done");
    expect(result.copies.findings).toEqual([]);
    expect(verified.length).toBeGreaterThan(result.copies.checked.tables.length);
    const [[counted] = []] = await ask(servers.addressAt(result.servers[0]?.host), [
      "SELECT count(*) AS n FROM scalar.asset",
    ]);
    const [[original] = []] = await ask(servers.addressAt(), ["SELECT count(*) AS n FROM scalar.asset"]);
    expect(counted).toEqual(original);
  });
});
