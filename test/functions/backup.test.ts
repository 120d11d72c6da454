import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { handler } from "../../functions/backup/aws.ts";
import { type AwsWorld, awsWorld, invocation } from "./aws-world.ts";

const TEST_MS = 60_000;
const CATALOG_CALLS = ["GetItem", "Query", "PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems"];
const SCHEDULE = { cron: "0 3 * * *", timezone: "UTC", lateAfter: "10m" };

describe("the backup function", { timeout: TEST_MS }, () => {
  let aws: AwsWorld;
  let scheduled = Math.floor(Date.now() / 1000) * 1000 - 5_000;
  const event = () => ({ deployment: "payments", scheduledTime: new Date(scheduled).toISOString() });
  const allOpen = () => aws.world.gates.every((gate) => !gate.checkPaused());
  const pauses = async () => (await aws.catalog.pauses.list()).records;
  const told = (type: string) => aws.services.events.filter((one) => one.type === type);

  beforeAll(async () => {
    aws = await awsWorld({ deployment: { schedule: SCHEDULE } });
  }, TEST_MS);
  afterAll(async () => aws[Symbol.asyncDispose]());
  beforeEach(async () => {
    // Each test has a due time of its own.
    scheduled += 1_000;
    await aws.beat();
  });

  test("takes a restore point at its time, tells the bus, and measures", async () => {
    const { deployment, scheduledTime } = event();
    const result = await handler({ deployment, scheduledTime }, invocation());
    expect(result).toMatchObject({ deployment, verdict: "valid", stillPaused: [] });
    const run = `backup-payments-${scheduledTime.replace(/[-:]|\.\d+/g, "")}`;
    expect((await aws.catalog.requests.get(run)).record).toMatchObject({
      state: "done",
      scheduledMs: scheduled,
    });
    expect(told("stillpoint.window.recorded")).toEqual([
      expect.objectContaining({
        bus: "stillpoint",
        source: "stillpoint",
        detail: expect.objectContaining({ run, verdict: "valid" }),
      }),
    ]);
    for (const metric of ["HoldTime", "DrainTime", "PauseSpan", "Margin"])
      expect(aws.metrics(metric), metric).toEqual([{ value: expect.any(Number), deployment }]);
    const [pause] = await pauses();
    expect(pause).toMatchObject({ run, state: "closed" });
    const ofRun = aws.lines.filter((line) => line["correlation_id"] === run).map((line) => line["message"]);
    expect(ofRun).toEqual(expect.arrayContaining(["discovered", "paused", "pause-window", "restore-point"]));
  });

  test("called twice for the same time, pauses once", async () => {
    await handler(event(), invocation());
    const before = (await pauses()).length;
    expect(await handler(event(), invocation())).toMatchObject({ kind: "duplicate" });
    expect((await pauses()).length).toBe(before);
  });

  test("called long after its time, refuses, records and tells it, and pauses nothing", async () => {
    const late = { deployment: "payments", scheduledTime: new Date(scheduled - 3_600_000).toISOString() };
    const before = (await pauses()).length;
    await expect(handler(late, invocation())).rejects.toMatchObject({
      name: "BACKUP_LATE",
      code: "BACKUP_LATE",
    });
    expect((await pauses()).length).toBe(before);
    const refused = (await aws.catalog.requests.list()).records.filter(({ state }) => state === "refused");
    expect(refused).toEqual([
      expect.objectContaining({ failure: expect.objectContaining({ code: "BACKUP_LATE" }) }),
    ]);
    expect(told("stillpoint.backup.refused")).toEqual([
      expect.objectContaining({ detail: expect.objectContaining({ code: "BACKUP_LATE" }) }),
    ]);
    expect(aws.metrics("BackupRefused")).toEqual([{ value: 1, deployment: "payments" }]);
  });

  test("called for a time to come, leaves that time to its schedule", async () => {
    const early = { deployment: "payments", scheduledTime: new Date(Date.now() + 3_600_000).toISOString() };
    await expect(handler(early, invocation())).rejects.toMatchObject({ name: "REQUEST_INVALID" });
    const { records } = await aws.catalog.requests.list();
    expect(records.some(({ scheduledMs = 0 }) => scheduledMs > Date.now())).toBe(false);
  });

  test("without a living sweep, pauses nothing", async () => {
    await aws.catalog.sweeps.beatScheduled(
      { host: "stillpoint-sweep", process: 1, intervalMs: 60_000 },
      Date.now() - 600_000,
    );
    const before = (await pauses()).length;
    await expect(handler(event(), invocation())).rejects.toMatchObject({
      code: "SWEEP_SILENT",
      message: expect.stringContaining("stillpoint-sweep"),
    });
    expect((await pauses()).length).toBe(before);
    expect(allOpen()).toBe(true);
  });

  test("without a sweep that has this deployment in its configuration, pauses nothing", async () => {
    await aws.catalog.sweeps.beatScheduled(
      { host: "stillpoint-sweep", process: 1, intervalMs: 60_000, deployments: ["orders"] },
      Date.now(),
    );
    const before = (await pauses()).length;
    await expect(handler(event(), invocation())).rejects.toMatchObject({
      code: "SWEEP_SILENT",
      message: expect.stringContaining('without "payments"'),
    });
    expect((await pauses()).length).toBe(before);
  });

  test("with a sweep that falls silent while the backup is prepared, pauses nothing", async () => {
    const sign = { host: "stillpoint-sweep", process: 1, intervalMs: 60_000 };
    let silenced: Promise<void> | undefined;
    aws.onLine(({ message }) => {
      if (message === "discovered") silenced ??= aws.catalog.sweeps.beatScheduled(sign, Date.now() - 600_000);
    });
    const before = (await pauses()).length;
    try {
      await expect(handler(event(), invocation())).rejects.toMatchObject({ code: "SWEEP_SILENT" });
    } finally {
      aws.onLine(() => undefined);
    }
    await silenced;
    expect((await pauses()).length).toBe(before);
  });

  test("with too little time left, pauses nothing", async () => {
    await expect(
      handler(
        event(),
        invocation(() => 60_000),
      ),
    ).rejects.toMatchObject({
      code: "PREPARATION_TIMED_OUT",
    });
    expect(allOpen()).toBe(true);
  });

  test("close to its timeout while it holds, opens every gate by itself", async () => {
    // The drain would wait for eight seconds; the invocation has less, once it has begun.
    const [gate] = aws.world.gates;
    await gate?.letIn();
    let asked = 0;
    const leftMs = () => (asked++ === 0 ? 900_000 : 23_000);
    try {
      await expect(handler(event(), invocation(leftMs))).rejects.toMatchObject({ code: "INTERRUPTED" });
    } finally {
      gate?.letOut();
    }
    expect(allOpen()).toBe(true);
    expect((await aws.catalog.pauses.open()).records.every(({ state }) => state !== "open")).toBe(true);
  });

  test.each([
    [{}, "deployment"],
    [{ deployment: "payments", scheduledTime: "yesterday" }, "scheduledTime"],
    [{ deployment: "payments", scheduledTime: "2026-11-25T03:00:00Z", dryRun: true }, "dryRun"],
    ["payments", "the event"],
  ])("refuses an event that it does not understand: %j", async (malformed, named) => {
    await expect(handler(malformed, invocation())).rejects.toMatchObject({
      name: "REQUEST_INVALID",
      message: expect.stringMatching(new RegExp(`${named}.*nothing was done`)),
    });
  });

  test("refuses a deployment that is not configured", async () => {
    await expect(handler({ deployment: "orders" }, invocation())).rejects.toMatchObject({
      code: "DEPLOYMENT_UNKNOWN",
    });
  });

  test("denied by the control plane, or with credentials that have expired, pauses nothing", async () => {
    const { faults } = aws.world.dynamodb;
    for (const refuse of [
      () => faults.deny(["DescribeContinuousBackups"]),
      () => faults.expireCredentials(true),
    ]) {
      refuse();
      try {
        await expect(handler(event(), invocation())).rejects.toMatchObject({
          code: expect.stringMatching(/DENIED|CATALOG/),
        });
      } finally {
        faults.deny([]);
        faults.expireCredentials(false);
      }
      expect(allOpen()).toBe(true);
      scheduled += 1_000;
    }
  });

  test("waits out a control plane that throttles", async () => {
    aws.world.dynamodb.faults.throttle({ kind: "first", calls: 6 });
    expect(await handler(event(), invocation())).toMatchObject({ verdict: "valid" });
  });

  test("with a catalog that cannot be reached, pauses nothing and says so", async () => {
    aws.world.dynamodb.faults.deny(CATALOG_CALLS);
    try {
      await expect(handler(event(), invocation())).rejects.toMatchObject({ code: "CATALOG_UNREADABLE" });
    } finally {
      aws.world.dynamodb.faults.deny([]);
    }
    expect(allOpen()).toBe(true);
    expect(told("stillpoint.backup.refused").at(-1)?.detail).toMatchObject({ code: "CATALOG_UNREADABLE" });
  });

  test("opens every gate and is not valid where the catalog goes away during the pause", async () => {
    aws.onLine(({ message }) => {
      if (message === "paused") aws.world.dynamodb.faults.deny(CATALOG_CALLS);
    });
    try {
      await expect(handler(event(), invocation())).rejects.toMatchObject({ code: "WINDOW_INVALID" });
    } finally {
      aws.onLine(() => undefined);
      aws.world.dynamodb.faults.deny([]);
    }
    expect(allOpen()).toBe(true);
    const { id = "", deadlineMs = 0, run = "" } = (await pauses()).at(-1) ?? {};
    expect(Date.now()).toBeLessThan(deadlineMs + 10_000);
    // What could not be written down is left to the sweep, and the next test does not wait for it.
    await aws.catalog.pauses.update(id, (found) => ({ ...found, state: "closed", unsettled: [] }));
    await aws.catalog.releaseLease("payments", run);
  });

  test("is valid although the bus refuses its events, and says that they were not delivered", async () => {
    aws.services.refuseEvents(10);
    try {
      expect(await handler(event(), invocation())).toMatchObject({ verdict: "valid" });
    } finally {
      aws.services.refuseEvents(0);
    }
    expect(aws.metrics("UndeliveredEvents")).toEqual([{ value: 1, deployment: undefined }]);
  });

  test("gives an event once more that the bus has refused in an answer of status 200", async () => {
    const before = told("stillpoint.window.recorded").length;
    aws.services.refuseEvents(1);
    await handler(event(), invocation());
    expect(told("stillpoint.window.recorded").length).toBe(before + 1);
  });

  test("without a way to the instances, as in another network, pauses nothing", async () => {
    await aws.world.stopInstances();
    await expect(handler(event(), invocation())).rejects.toMatchObject({
      code: "INSTANCE_UNREACHABLE",
      message: expect.stringContaining("nothing was paused"),
    });
    expect(told("stillpoint.backup.refused").at(-1)?.detail["code"]).toBe("INSTANCE_UNREACHABLE");
  });
});
