import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { registerRequests } from "../../../functions/request/azure.ts";
import { SCHEMA } from "../../../shared/catalog/model.ts";
import { type FunctionOf, registered } from "../../workflow/functions-core.ts";
import { type AzureWorld, azureWorld } from "./azure-world.ts";
import { type Answered, ask, deliver } from "./calls.ts";
import { type DurableEngine, SYSTEM_KEY, startEngine } from "./durable-engine.ts";

const ASKED = { deployment: "payments", at: "2026-11-25T03:00:00Z", mode: "side-by-side" };
const DIGEST = "0".repeat(64);

/** As a subscription for CloudEvents 1.0 delivers it. */
const event = (type: string, data: unknown, id = "6a7e8feb-b491-4cf7-a9f1-bf3703467718") => ({
  specversion: "1.0",
  id,
  source: "stillpoint.operator",
  type: `stillpoint.restore.${type}`,
  time: "2026-11-25T03:00:00Z",
  data,
});

describe("requests", () => {
  let azure: AzureWorld;
  let engine: DurableEngine;
  let functions: ReadonlyMap<string, FunctionOf>;
  const answers: Answered[] = [];
  const post = async (name: string, body: object | string) => {
    const answer = await ask(functions, name, { body, client: engine.client });
    answers.push(answer);
    return answer;
  };
  const delivered = (given: unknown) => deliver(functions, given, engine.client);
  const startedAs = (id: string) => engine.started.filter((one) => one.id === id);

  beforeAll(async () => {
    [azure, engine] = await Promise.all([azureWorld(), startEngine()]);
    functions = registered(registerRequests);
    engine.host.deploy(() => undefined);
  });
  afterAll(async () => {
    await engine[Symbol.asyncDispose]();
    await azure[Symbol.asyncDispose]();
  });
  beforeEach(() => engine.fail(0));

  test("start one orchestration each, however often they are sent, over HTTP or by an event", async () => {
    const asked = { ...ASKED, id: "drill-1" };
    expect(await post("request", asked)).toMatchObject({
      status: 202,
      json: { kind: "started", request: "restore-drill-1" },
    });
    await post("request", asked);
    await delivered(event("requested", asked));
    expect(startedAs("restore-drill-1-1")).toEqual([
      { name: "restore", id: "restore-drill-1-1", input: { request: "restore-drill-1", execution: 1 } },
    ]);
    expect((await azure.catalog.requests.get("restore-drill-1")).record).toMatchObject({
      kind: "restore",
      state: "taken",
    });
  });

  test("are started once more where their sender died before anything was started", async () => {
    engine.fail(1);
    const asked = { ...ASKED, id: "drill-2" };
    expect(await post("request", asked)).toMatchObject({ status: 500, json: { code: "INTERNAL" } });
    expect(startedAs("restore-drill-2-1")).toEqual([]);
    expect(await post("request", asked)).toMatchObject({ status: 202 });
    expect(startedAs("restore-drill-2-1")).toHaveLength(1);
  });

  test("of something else under an id that is taken do nothing", async () => {
    await post("request", { ...ASKED, id: "drill-3" });
    expect(await post("request", { ...ASKED, id: "drill-3", mode: "in-place" })).toMatchObject({
      json: { kind: "duplicate" },
    });
    expect((await azure.catalog.requests.get("restore-drill-3")).record.restore).toMatchObject({
      mode: "side-by-side",
    });
  });

  test.each([
    ["request", { ...ASKED, id: "a b", confirm: "payments" }, ["id: must be", "confirm"]],
    ["request", { id: "x", deployment: "payments" }, ["exactly one of point, at and nearest"]],
    ["request", { ...ASKED, id: "x", at: "yesterday" }, ["at: "]],
    ["request", "{", ["no JSON"]],
    ["request", "", ["no JSON"]],
    ["request", `"${"x".repeat(30_000)}"`, ["more than 20000 characters"]],
    ["request", "[]", ["the request: "]],
    ["approval", { run: "restore-1" }, ["digest"]],
    ["approval", { run: "restore-1", digest: DIGEST, by: "the boss" }, ["by"]],
    ["resume", {}, ["run"]],
  ])("to %s that are not understood are refused with every problem: %#", async (name, body, named) => {
    const { status, json } = await post(name, body);
    expect(status).toBe(400);
    expect(json).toMatchObject({ code: "REQUEST_INVALID", next: expect.any(String) });
    for (const problem of named) expect((json as { message: string }).message).toContain(problem);
  });

  test("for what does not exist are answered so", async () => {
    const unknown = { ...ASKED, id: "drill-4", deployment: "orders" };
    expect(await post("request", unknown)).toMatchObject({
      status: 404,
      json: { code: "DEPLOYMENT_UNKNOWN" },
    });
    expect(await post("resume", { run: "restore-x" })).toMatchObject({
      status: 404,
      json: { code: "NOT_FOUND" },
    });
    const approval = { run: "restore-x", digest: DIGEST };
    expect(await post("approval", approval)).toMatchObject({ status: 404, json: { code: "NOT_FOUND" } });
  });

  test("are to be sent again where the catalog cannot be read", async () => {
    azure.catalogWay.accidents.push(...Array.from({ length: 1_000 }, () => "denied" as const));
    const asked = { ...ASKED, id: "drill-5" };
    const clear = () => azure.catalogWay.accidents.splice(0);
    expect(await post("request", asked)).toMatchObject({ status: 503, json: { code: "CATALOG_UNREADABLE" } });
    await expect(delivered(event("requested", asked)).finally(clear)).rejects.toMatchObject({
      code: "CATALOG_UNREADABLE",
    });
    await delivered(event("requested", asked));
    expect(startedAs("restore-drill-5-1")).toHaveLength(1);
  });

  test.each([
    event("requested", { ...ASKED, id: "a b" }),
    event("requested", undefined),
    event("requested", { ...ASKED, id: "drill-6", deployment: "orders" }),
    event("resumed", { run: "restore-x" }),
    event("approved", { run: "restore-1", digest: DIGEST }),
    event("deleted", {}),
    [event("requested", { ...ASKED, id: "drill-6" })],
    { id: "1", eventType: "stillpoint.restore.requested", data: { ...ASKED, id: "drill-6" } },
    {},
    null,
    "hello",
  ])(
    "by events that can never be obeyed are told in the log, and not delivered again: %#",
    async (poison) => {
      const [lines, started] = [azure.lines.length, engine.started.length];
      await delivered(poison);
      expect(engine.started.length).toBe(started);
      expect(azure.lines.slice(lines).map((line) => JSON.parse(line))).toContainEqual(
        expect.objectContaining({ level: "error", code: expect.any(String), next: expect.any(String) }),
      );
    },
  );

  /** A run as it is when its execution has died. */
  async function deadRun(name: string, more: object = {}) {
    const id = `restore-20261125T030000Z-${name}`;
    const request = `restore-${name}`;
    const moment = { createdMs: 1, updatedMs: 1 };
    const of = { deployment: "payments", kind: "restore", point: "payments-1", plan: {}, request } as const;
    await azure.catalog.runs.create({ schema: SCHEMA, id, ...of, ...moment, state: "planned", ...more });
    return { id, request };
  }

  test("to resume a run start the next orchestration of it, once for each event", async () => {
    const { id, request } = await deadRun("dead-1", { execution: { name: "restore-dead-1-1", attempt: 1 } });
    await delivered(event("resumed", { run: id }, "event-1"));
    await delivered(event("resumed", { run: id }, "event-1"));
    expect(startedAs(`${request}-2`)).toEqual([
      { name: "restore", id: `${request}-2`, input: { run: id, execution: 2 } },
    ]);
    expect(await post("resume", { run: id })).toMatchObject({ status: 202, json: { attempt: 3 } });
    expect(startedAs(`${request}-3`)).toHaveLength(1);
  });

  test("to approve another plan are refused, and wake nothing", async () => {
    const { id } = await deadRun("other-plan", { plan: { digest: "1".repeat(64), restore: {} } });
    expect(await post("approval", { run: id, digest: DIGEST })).toMatchObject({
      status: 409,
      json: { code: "APPROVAL_REFUSED" },
    });
    expect(engine.woken).toEqual([]);
  });

  test("are answered and logged without the address or the key of an orchestration", () => {
    expect(answers.length).toBeGreaterThan(10);
    for (const text of [...answers.map((answer) => answer.text), ...azure.lines])
      expect(text).not.toMatch(
        new RegExp(`${SYSTEM_KEY}|runtime/webhooks|statusQueryGetUri|127\\.0\\.0\\.1`),
      );
  });
});
