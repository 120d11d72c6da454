import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { handler } from "../../functions/request/aws.ts";
import { SCHEMA } from "../../shared/catalog/model.ts";
import { type AwsWorld, awsWorld, invocation, RESTORE_FUNCTION } from "./aws-world.ts";

const TEST_MS = 60_000;
const event = (type: string, detail: object, more: object = {}) => ({
  version: "0",
  id: "6a7e8feb-b491-4cf7-a9f1-bf3703467718",
  source: "stillpoint.operator",
  account: "123456789012",
  time: "2026-11-25T03:00:00Z",
  region: "us-east-1",
  resources: [],
  "detail-type": `stillpoint.restore.${type}`,
  detail,
  ...more,
});
const ASKED = { id: "drill-1", deployment: "payments", at: "2026-11-25T03:00:00Z", mode: "side-by-side" };

describe("the request function", { timeout: TEST_MS }, () => {
  let aws: AwsWorld;
  beforeAll(async () => {
    aws = await awsWorld();
  }, TEST_MS);
  afterAll(async () => aws[Symbol.asyncDispose]());
  const startedFor = (name: string) => aws.services.started.filter((one) => one.name === name);

  test("starts one durable execution for a request, however often its event comes", async () => {
    await handler(event("requested", ASKED), invocation());
    await handler(event("requested", ASKED), invocation());
    expect(startedFor("restore-drill-1-1")).toEqual([
      {
        functionArn: RESTORE_FUNCTION,
        name: "restore-drill-1-1",
        payload: { request: "restore-drill-1", attempt: 1 },
      },
    ]);
    expect((await aws.catalog.requests.get("restore-drill-1")).record).toMatchObject({
      kind: "restore",
      state: "taken",
      restore: ASKED,
    });
  });

  test("does not do something else under an id that is taken", async () => {
    await handler(event("requested", { ...ASKED, id: "drill-2" }), invocation());
    const other = { ...ASKED, id: "drill-2", mode: "in-place" };
    expect(await handler(event("requested", other), invocation())).toMatchObject({ kind: "duplicate" });
    expect((await aws.catalog.requests.get("restore-drill-2")).record.restore).toMatchObject({
      mode: "side-by-side",
    });
  });

  test("refuses what a replay of the bus's archive brings", async () => {
    const replayed = event("requested", { ...ASKED, id: "drill-3" }, { "replay-name": "last-week" });
    await expect(handler(replayed, invocation())).rejects.toMatchObject({
      name: "REQUEST_INVALID",
      message: expect.stringContaining("last-week"),
    });
    expect(startedFor("restore-drill-3-1")).toEqual([]);
  });

  test.each([
    [event("requested", { ...ASKED, id: "a b" }), "detail.id"],
    [event("requested", { id: "x", deployment: "payments" }), "exactly one of point, at and nearest"],
    [event("requested", { ...ASKED, point: "p" }), "exactly one of point, at and nearest"],
    [event("requested", { ...ASKED, at: "yesterday" }), "detail.at"],
    [event("requested", { ...ASKED, at: "latest" }), 'at takes "latest" with settle only'],
    [
      event("requested", { id: "x", deployment: "payments", settle: true, after: true }),
      "nearest is needed; detail: settle goes with at only; detail: after goes with nearest only",
    ],
    [event("requested", { ...ASKED, confirm: "payments" }), "confirm"],
    [event("approved", { run: "restore-1" }), "detail.digest"],
    [event("deleted", {}), "detail-type"],
    [{}, "detail-type"],
  ])("refuses an event that it does not understand: %#", async (malformed, named) => {
    await expect(handler(malformed, invocation())).rejects.toMatchObject({
      name: "REQUEST_INVALID",
      message: expect.stringContaining(named),
    });
  });

  /** A run as it is when its execution has died. */
  async function deadRun(name: string, execution?: { readonly name: string; readonly attempt: number }) {
    const id = `restore-20261125T030000Z-${name}`;
    const request = `restore-${name}`;
    await aws.catalog.runs.create({
      schema: SCHEMA,
      id,
      deployment: "payments",
      kind: "restore",
      point: "payments-1",
      createdMs: 1,
      updatedMs: 1,
      state: "planned",
      plan: {},
      request,
      ...(execution && { execution }),
    });
    return { id, request };
  }
  const resumed = (run: string, id: string) => handler(event("resumed", { run }, { id }), invocation());

  test("resumes a run whose execution died right after it had planned it, by one of another name", async () => {
    await handler(event("requested", { ...ASKED, id: "dead-1" }), invocation());
    const { id, request } = await deadRun("dead-1");
    expect(await resumed(id, "event-1")).toMatchObject({ kind: "started", attempt: 2 });
    expect(startedFor(`${request}-2`)).toEqual([
      expect.objectContaining({ payload: { run: id, attempt: 2 } }),
    ]);
    expect((await aws.catalog.runs.get(id)).record.execution).toMatchObject({ name: `${request}-2` });
  });

  test("resumes a run again whose last execution died before it wrote anything", async () => {
    const { id, request } = await deadRun("dead-2", { name: "restore-dead-2-1", attempt: 1 });
    await resumed(id, "event-1");
    expect(await resumed(id, "event-2")).toMatchObject({ attempt: 3 });
    expect(startedFor(`${request}-3`)).toHaveLength(1);
  });

  test("resumes once for an event that is delivered twice, and each time by hand", async () => {
    const { id } = await deadRun("dead-3", { name: "restore-dead-3-1", attempt: 1 });
    expect(await resumed(id, "event-1")).toMatchObject({ attempt: 2 });
    expect(await resumed(id, "event-1")).toMatchObject({ attempt: 2 });
    const byHand = { "detail-type": "stillpoint.restore.resumed", detail: { run: id } };
    expect(await handler(byHand, invocation())).toMatchObject({ attempt: 3 });
    expect(await handler(byHand, invocation())).toMatchObject({ attempt: 4 });
  });

  test("refuses a deployment that is not configured, and a run that nobody knows", async () => {
    const unknown = { ...ASKED, id: "drill-4", deployment: "orders" };
    await expect(handler(event("requested", unknown), invocation())).rejects.toMatchObject({
      code: "DEPLOYMENT_UNKNOWN",
    });
    for (const [type, detail] of [
      ["approved", { run: "restore-x", digest: "0".repeat(64) }],
      ["resumed", { run: "restore-x" }],
    ] as const)
      await expect(handler(event(type, detail), invocation())).rejects.toMatchObject({ code: "NOT_FOUND" });
  });
});
