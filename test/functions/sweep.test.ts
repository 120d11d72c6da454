import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { handler as status } from "../../functions/status/aws.ts";
import { handler as sweep } from "../../functions/sweep/aws.ts";
import { parseAddress } from "../../shared/admin/instance-address.ts";
import { stamp } from "../../shared/backup/pause-record.ts";
import { SCHEMA } from "../../shared/catalog/model.ts";
import { type AwsWorld, awsWorld, invocation } from "./aws-world.ts";

const TEST_MS = 60_000;

describe("the sweep function", { timeout: TEST_MS }, () => {
  let aws: AwsWorld;
  let pauses = 0;
  const shut = () => aws.world.gates.filter((gate) => gate.checkPaused()).length;

  /** Gates that a backup has left shut, whose host is gone. */
  async function leftShut(deadlineMs: number, addresses = aws.world.addresses): Promise<string> {
    for (const gate of aws.world.gates) await gate.pause(true, 1_000);
    const openedMs = deadlineMs - 20_000;
    const instances = addresses.map((text) => ({ component: "ledger", ...parseAddress(text, "ledger") }));
    const id = `pause-payments-${stamp(openedMs)}-${pauses++}`;
    await aws.catalog.pauses.create({
      schema: SCHEMA,
      id,
      deployment: "payments",
      run: `backup-${id}`,
      openedMs,
      deadlineMs,
      drainWaitMs: 100,
      rpcDeadlineMs: 1_000,
      instances,
      basis: "list",
      state: "open",
      unsettled: [...addresses],
      seenOpen: {},
    });
    return id;
  }

  beforeAll(async () => {
    aws = await awsWorld();
  }, TEST_MS);
  afterAll(async () => aws[Symbol.asyncDispose]());
  /** A sweep looks twice, far apart; the next test has records of its own. */
  afterEach(async () => {
    for (const { id } of (await aws.catalog.pauses.open()).records)
      await aws.catalog.pauses.update(id, (found) => ({ ...found, state: "closed", unsettled: [] }));
  });

  test("opens what is overdue, and leaves a sign of life", async () => {
    const pause = await leftShut(Date.now() - 1_000);
    const before = Date.now();
    const round = await sweep({}, invocation());
    expect(shut()).toBe(0);
    expect(round).toMatchObject({
      records: [{ pause, unpaused: expect.arrayContaining([...aws.world.addresses]) }],
    });
    const { records } = await aws.catalog.sweeps.list();
    expect(records).toEqual([
      expect.objectContaining({
        of: { kind: "schedule" },
        host: "stillpoint-prod-function",
        intervalMs: 60_000,
      }),
    ]);
    expect(records[0]?.beatMs).toBeGreaterThanOrEqual(before);
    expect(aws.metrics("SweepRound").length).toBeGreaterThan(0);
  });

  test("waits for what is due within the minute, and opens it right then", async () => {
    const deadlineMs = Date.now() + 1_500;
    await leftShut(deadlineMs);
    expect(shut()).toBe(2);
    await sweep({}, invocation());
    expect(shut()).toBe(0);
    expect(Date.now()).toBeLessThan(deadlineMs + 5_000);
  });

  test("tells of an instance that may still be paused, and goes on with the others", async () => {
    const [first = ""] = aws.world.addresses;
    const mute = createServer().listen(0, "127.0.0.1");
    await once(mute, "listening");
    const silent = `127.0.0.1:${(mute.address() as AddressInfo).port}`;
    await leftShut(Date.now() - 1_000, [silent, first]);
    await sweep({}, invocation());
    expect(aws.world.gates[0]?.checkPaused()).toBe(false);
    expect(aws.metrics("StillPaused")).toContainEqual({ value: 1, deployment: "payments" });
    expect(aws.services.events).toContainEqual(
      expect.objectContaining({
        type: "stillpoint.instance.still-paused",
        detail: expect.objectContaining({ instances: [silent] }),
      }),
    );
    const [beat] = (await aws.catalog.sweeps.list()).records;
    expect(beat?.trouble).toContain(silent);
    mute.close();
  });

  test("raises the alarm of the others where instances of a deployment are paused that is no longer configured", async () => {
    const pause = await leftShut(Date.now() - 1_000);
    await aws.catalog.pauses.update(pause, (found) => ({ ...found, deployment: "orders" }));
    const before = aws.metrics("SweepTrouble").length;
    await sweep({}, invocation());
    expect(aws.metrics("SweepTrouble").slice(before)).toContainEqual({ value: 1, deployment: "payments" });
    expect((await aws.catalog.pauses.get(pause)).record.state).toBe("open");
  });

  test("has no trouble with the pause of a deployment that another configuration takes a backup of", async () => {
    const pause = await leftShut(Date.now() + 120_000);
    const openedMs = Date.now();
    await aws.catalog.pauses.update(pause, (found) => ({ ...found, deployment: "orders", openedMs }));
    const before = aws.metrics("SweepTrouble").length;
    expect(await sweep({}, invocation())).toMatchObject({ records: [{ kind: "not-due", pause }] });
    expect(aws.metrics("SweepTrouble").slice(before)).not.toContainEqual(
      expect.objectContaining({ value: 1 }),
    );
  });

  test("the status function answers its URL, and measures what did not happen", async () => {
    const byUrl = { version: "2.0", requestContext: { http: { method: "GET" } } };
    const answer = (await status(byUrl, invocation())) as { statusCode: number; body: string };
    expect(answer.statusCode).toBe(200);
    expect(JSON.parse(answer.body)).toMatchObject({
      deployments: [
        {
          deployment: "payments",
          late: true,
          waysBack: [
            { by: "last-point", kind: "impossible" },
            { by: "quiet-second" },
            { by: "settling", kind: "possible" },
          ],
        },
      ],
      sweeps: [{ kind: "schedule", state: "alive" }],
    });
    expect(aws.metrics("PointAge")).toEqual([]);
    const looked = (await status({ look: true }, invocation())) as { deployments: object[] };
    // Nobody reads what a disaster would cost there, so no capacity is taken for it.
    expect(looked.deployments[0]).not.toHaveProperty("waysBack");
    expect(aws.metrics("PointAge")).toEqual([{ value: expect.any(Number), deployment: "payments" }]);
    expect(aws.metrics("UnfinishedRuns")).toEqual([{ value: 0, deployment: "payments" }]);
  });
});
