import { truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { withDurableExecution } from "@aws/durable-execution-sdk-js";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { handler as backup } from "../../functions/backup/aws.ts";
import { handler as dump } from "../../functions/dump/aws.ts";
import { handler as request } from "../../functions/request/aws.ts";
import type { ExecutionEnd } from "../../functions/restore/conclude.ts";
import { restoreFunction } from "../../functions/restore/durable-restore.ts";
import { loadConfig } from "../../shared/config/load-config.ts";
import { packConfig } from "../../shared/config/packed-config.ts";
import type { Sql } from "../../shared/databases/sql/sql.ts";
import { newFolder } from "../catalog/folder.ts";
import { start } from "../cli/stillpoint.ts";
import { loadIntoSql } from "../databases/sql/load-fixture.ts";
import { type OwnPostgresql, ownPostgresql } from "../databases/sql/own-postgresql.ts";
import { execute } from "../workflow/durable-service.ts";
import type { OperationLog } from "../workflow/operation-log.ts";
import { type AwsWorld, awsWorld, invocation } from "./aws-world.ts";

const TEST_MS = 120_000;
const TASK = fileURLToPath(new URL("../../functions/task/main.ts", import.meta.url));
const DATABASE = "ledger";
const DUMP_FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:stillpoint-prod-dump";
/** PostgreSQL keeps a table in files of this size. */
const SEGMENT_BYTES = 2 ** 30;
/** More than a function gets through in its time. */
const SEGMENTS = 16;

describe("a server that is dumped, on AWS", { timeout: TEST_MS }, () => {
  let own: OwnPostgresql;
  let sql: Sql;
  let aws: AwsWorld;
  let point: string;

  beforeAll(async () => {
    own = await ownPostgresql();
    sql = await own.make(DATABASE);
    await loadIntoSql(sql, "ledger-postgres.jsonl.gz");
    const { engine, host, port, user, password } = own.address(DATABASE);
    process.env["DB_PASSWORD"] = password;
    const access = { user, password: { env: "DB_PASSWORD" }, tls: "off" };
    const dumps = { kind: "folder", path: join(own.folder, "dumps") };
    const main = { kind: "jdbc", engine, host, port, database: DATABASE, ...access, dumps };
    aws = await awsWorld({
      deployment: { databases: { main } },
      aws: { vpc: { subnets: ["subnet-0a1b2c3d"], securityGroups: ["sg-0a1b2c3d"] } },
    });
    vi.stubEnv("STILLPOINT_DUMP_FUNCTION", DUMP_FUNCTION);
    vi.stubEnv("STILLPOINT_TASK_CLUSTER", "stillpoint-prod");
    vi.stubEnv("STILLPOINT_TASK_DEFINITION", "stillpoint-prod:3");
    await aws.beat();
  }, TEST_MS);
  afterAll(async () => {
    vi.unstubAllEnvs();
    await aws?.[Symbol.asyncDispose]();
    await own?.end();
  });

  const told = (type: string) => aws.services.events.filter((one) => one.type === type);
  const assets = async () =>
    (await sql.query("SELECT count(*)::int AS number FROM scalar.asset"))[0]?.["number"];

  test("is dumped by the function that has the tools, where it is small", async () => {
    const handed = await backup({ deployment: "payments" }, invocation());
    expect(handed).toMatchObject({ kind: "started", place: "function" });
    const { functionArn, payload } = aws.services.started.at(-1) ?? {};
    expect(functionArn).toBe(DUMP_FUNCTION);
    await dump(payload, invocation());
    const [found, ...others] = (await aws.catalog.points.list()).records;
    expect(others).toEqual([]);
    expect(found).toMatchObject({ artifact: "complete", basis: "snapshot" });
    point = found?.id ?? "";
    const { run } = handed as { run: string };
    expect((await aws.catalog.requests.get(run)).record).toMatchObject({
      state: "done",
      carriedBy: expect.stringContaining("invocation 11111111"),
    });
    expect(told("stillpoint.point.complete")).toEqual([
      expect.objectContaining({ detail: expect.objectContaining({ point }) }),
    ]);
    expect(aws.services.tasks).toEqual([]);
  });

  test("is dumped by a task, where a function would not get through its tables in time", async () => {
    await sql.query("CREATE TABLE scalar.large (id int)");
    const [row] = await sql.query("SELECT pg_relation_filepath('scalar.large') AS path");
    const path = join(own.folder, "data", String(row?.["path"]));
    await grow(path);
    const handed = await backup({ deployment: "payments" }, invocation());
    expect(handed).toMatchObject({ kind: "started", place: "task" });
    const { run } = handed as { run: string };
    const [{ request: asked } = { request: {} }] = aws.services.tasks;
    expect(asked).toMatchObject({
      cluster: "stillpoint-prod",
      overrides: {
        containerOverrides: [{ command: ["backup", "payments", "--as", run, "--require-sweep"] }],
      },
    });
    await sql.query("DROP TABLE scalar.large");
  });

  test("is restored by a task, as planned and approved where there are no tools", async () => {
    const whole = await assets();
    await sql.query("DELETE FROM scalar.asset WHERE age > 3");
    await aws.world.stopInstances();
    const asked = { id: "incident", deployment: "payments", point, mode: "in-place" };
    await ask("requested", asked);
    const end = await withoutTools(() => carryOut(aws));
    expect(end).toMatchObject({ kind: "handed-over" });
    const { request: started } = aws.services.tasks.at(-1) ?? { request: {} };
    const run = (await aws.catalog.requests.get("restore-incident")).record.run ?? "";
    const words = ["restore", "resume", run];
    expect(started).toMatchObject({ overrides: { containerOverrides: [{ command: words }] } });
    sql.close();
    const { status, stderr } = await task(words);
    expect(status, stderr).toBe(0);
    expect((await aws.catalog.runs.get(run)).record).toMatchObject({ state: "done" });
    expect((await aws.catalog.requests.get("restore-incident")).record.state).toBe("done");
    expect(told("stillpoint.restore.finished")).toEqual([
      expect.objectContaining({ detail: expect.objectContaining({ run, proof: "proven" }) }),
    ]);
    sql = own.open(DATABASE);
    expect(await assets()).toBe(whole);
  });

  const ask = (type: string, detail: object) =>
    request({ "detail-type": `stillpoint.restore.${type}`, detail }, invocation());

  /** The execution that was started last; its plan is approved as soon as it asks for it. */
  async function carryOut({ services }: AwsWorld): Promise<ExecutionEnd> {
    let log: OperationLog | undefined;
    services.onWake((callback) => log?.complete(callback));
    services.onEvent(async ({ type, detail: { run, digest } }) => {
      if (type === "stillpoint.restore.waiting") await ask("approved", { run, digest });
    });
    const { name = "", payload } = services.started.at(-1) ?? {};
    const end = await execute({
      name,
      input: payload,
      began: (its) => {
        log = its;
      },
      handler: (durableExecutionClient) => withDurableExecution(restoreFunction, { durableExecutionClient }),
    });
    if (end.status !== "SUCCEEDED") throw new Error(end.error);
    return end.result as ExecutionEnd;
  }

  /** What ECS would run of the image. */
  function task(words: readonly string[]) {
    const { config } = aws.world;
    const env = {
      STILLPOINT_PACKED_CONFIG: packConfig(loadConfig(config, process.env)),
      STILLPOINT_TASK_OF: "aws",
      AWS_ENDPOINT_URL: aws.services.url,
      AWS_REGION: "us-east-1",
      DB_PASSWORD: own.server.password,
    };
    return start(words, { command: [process.execPath, TASK], env }).ended;
  }
});

/** As on Lambda, whose functions have no image. */
async function withoutTools<T>(work: () => Promise<T>): Promise<T> {
  const { PATH } = process.env;
  process.env["PATH"] = await newFolder();
  try {
    return await work();
  } finally {
    process.env["PATH"] = PATH;
  }
}

/** What the server takes for a large table, with holes where its pages would be. */
async function grow(path: string): Promise<void> {
  for (let segment = 0; segment < SEGMENTS; segment++) {
    const file = segment === 0 ? path : `${path}.${segment}`;
    if (segment > 0) await writeFile(file, "");
    await truncate(file, SEGMENT_BYTES);
  }
}
