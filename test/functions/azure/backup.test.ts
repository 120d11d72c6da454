import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { FUNCTION_TIMEOUT_MS } from "../../../functions/azure/time-limit.ts";
import { registerBackups } from "../../../functions/backup/azure.ts";
import { registerFollow } from "../../../functions/follow/azure.ts";
import { stamp } from "../../../shared/backup/pause-record.ts";
import { PauseSection } from "../../../shared/config/file-schema.ts";
import { until } from "../../cli/until.ts";
import { type FunctionOf, registered } from "../../workflow/functions-core.ts";
import { type AzureWorld, azureWorld } from "./azure-world.ts";
import { fire } from "./calls.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** Application Insights cuts off what is longer. */
const LONGEST_MESSAGE = 32_768;
const DUE_MS = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS;

/** Due once a day, at this time of the zone that is so many hours ahead of UTC. */
function dueAt(ms: number, { ahead = 0, timezone = "UTC", lateAfter = "30m" } = {}) {
  const local = new Date(ms + ahead * HOUR_MS);
  return { schedule: { cron: `${local.getUTCMinutes()} ${local.getUTCHours()} * * *`, timezone, lateAfter } };
}

/** Which Berlin has now, and which it has half of the year. */
const BERLIN = aheadOf("Europe/Berlin");
const OTHER_BERLIN = BERLIN === 1 ? 2 : 1;
const IN_BERLIN = { timezone: "Europe/Berlin" };

/** How far a backup comes that is begun where nothing listens. */
const UNREACHABLE = { code: "INSTANCE_UNREACHABLE" };

/** Each test has a deployment of its own. */
const DEPLOYMENTS = {
  taken: dueAt(DUE_MS),
  early: dueAt(DUE_MS),
  twice: dueAt(DUE_MS),
  late: dueAt(DUE_MS - 2 * HOUR_MS),
  missed: dueAt(DUE_MS - 2 * HOUR_MS),
  tokyo: dueAt(DUE_MS, { ahead: 9, timezone: "Asia/Tokyo" }),
  berlin: dueAt(DUE_MS, { ahead: BERLIN, ...IN_BERLIN }),
  summer: dueAt(DUE_MS, { ahead: OTHER_BERLIN, ...IN_BERLIN }),
  silent: dueAt(DUE_MS),
  denied: dueAt(DUE_MS),
  unread: dueAt(DUE_MS),
  unreachable: dueAt(DUE_MS),
  vanishing: dueAt(DUE_MS),
  quiet: dueAt(DUE_MS),
  unplanned: {},
};
type Name = keyof typeof DEPLOYMENTS;

function aheadOf(timeZone: string): number {
  const hour = new Intl.DateTimeFormat("en-US", { timeZone, hourCycle: "h23", hour: "numeric" }).format(
    DUE_MS,
  );
  return (Number(hour) - new Date(DUE_MS).getUTCHours() + 24) % 24;
}

describe("the timers of backups", () => {
  let azure: AzureWorld;
  let functions: ReadonlyMap<string, FunctionOf>;
  const backUp = (name: Name, isPastDue = false) => fire(functions, `backup-${name}`, isPastDue);
  const runOf = (name: Name, dueMs = DUE_MS) => `backup-${name}-${stamp(dueMs)}`;
  const requestOf = async (name: Name, dueMs = DUE_MS) =>
    (await azure.catalog.requests.find(runOf(name, dueMs)))?.record;
  const pausesOf = async (name: Name) => (await azure.catalog.pauses.list(name)).records;
  const pointOf = async (name: Name) => (await azure.catalog.points.list(name)).records.at(-1);
  const areOpen = (name: Name) => azure.instances[name]?.gates.every((gate) => !gate.checkPaused());
  const toldOf = (type: string, name: Name) =>
    azure.told(type).filter(({ deployment }) => deployment === name);

  beforeAll(async () => {
    azure = await azureWorld({ deployments: DEPLOYMENTS });
    functions = registered(() => {
      registerBackups();
      registerFollow();
    });
  });
  afterAll(() => azure[Symbol.asyncDispose]());
  beforeEach(() => azure.beat());

  test("are those of the deployments with a schedule, at every UTC hour that may be due", () => {
    const schedules = new Map(
      [...functions].map(([name, { metadata }]) => [name, Object.values(metadata.bindings)[0]?.["schedule"]]),
    );
    expect([...schedules.keys()]).toEqual([
      ...Object.keys(DEPLOYMENTS)
        .filter((name) => name !== "unplanned")
        .map((name) => `backup-${name}`),
      "follow",
    ]);
    const due = new Date(DUE_MS);
    const [minute, hour] = [due.getUTCMinutes(), due.getUTCHours()];
    expect(schedules.get("backup-taken")).toBe(`0 ${minute} ${hour} * * *`);
    expect(schedules.get("backup-tokyo")).toBe(`0 ${minute} ${hour} * * *`);
    const other = (hour + BERLIN - OTHER_BERLIN + 24) % 24;
    const both = [hour, other].sort((a, b) => a - b).join(",");
    expect(schedules.get("backup-berlin")).toBe(`0 ${minute} ${both} * * *`);
  });

  test("take a restore point at its time, tell the topic and the log, and follow carries it to complete", async () => {
    await backUp("taken");
    const run = runOf("taken");
    expect(await requestOf("taken")).toMatchObject({ state: "done", scheduledMs: DUE_MS });
    expect(await pausesOf("taken")).toEqual([expect.objectContaining({ run, state: "closed" })]);
    expect(await pointOf("taken")).toMatchObject({ artifact: "pending", basis: "window" });
    expect(azure.topic.notices.find(({ subject }) => subject === "taken")).toMatchObject({
      specversion: "1.0",
      type: "stillpoint.window.recorded",
      source: "stillpoint",
      data: { run },
    });
    for (const metric of ["HoldTime", "DrainTime", "PauseSpan", "Margin"])
      expect(azure.metrics(metric), metric).toEqual([{ value: expect.any(Number), deployment: "taken" }]);
    const kept = azure.objects().filter(({ kind }) => String(kind).startsWith("catalog-"));
    expect(kept).toContainEqual(expect.objectContaining({ collection: "requests", id: run }));
    expect(kept).toContainEqual(expect.objectContaining({ collection: "points" }));
    expect(azure.lines.filter((line) => line.length > LONGEST_MESSAGE)).toEqual([]);

    await until(async () => {
      await fire(functions, "follow");
      return (await pointOf("taken"))?.artifact === "complete";
    });
    expect(toldOf("stillpoint.point.complete", "taken")).toHaveLength(1);
    await fire(functions, "follow");
    expect(toldOf("stillpoint.point.complete", "taken")).toHaveLength(1);
  });

  test("that the host fires some moments early, by its clock, are those of the minute to come", async () => {
    await azure.instances["early"]?.stop();
    const now = vi.spyOn(Date, "now").mockReturnValueOnce(DUE_MS - 40);
    await expect(backUp("early").finally(() => now.mockRestore())).rejects.toMatchObject(UNREACHABLE);
    expect(await requestOf("early")).toMatchObject({ scheduledMs: DUE_MS });
  });

  test("that are fired twice, as on two instances of an app, pause once", async () => {
    await Promise.all([backUp("twice"), backUp("twice")]);
    expect(await pausesOf("twice")).toHaveLength(1);
    expect(azure.objects()).toContainEqual(
      expect.objectContaining({
        level: "warn",
        run: runOf("twice"),
        message: expect.stringContaining("before"),
      }),
    );
  });

  test.each([
    ["that begin long after their time", "late", false],
    ["that were missed while the app was down", "missed", true],
  ] as const)("%s refuse, record and tell it, and pause nothing", async (_when, name, isPastDue) => {
    await expect(backUp(name, isPastDue)).rejects.toMatchObject({ code: "BACKUP_LATE" });
    expect(await pausesOf(name)).toEqual([]);
    expect(await requestOf(name, DUE_MS - 2 * HOUR_MS)).toMatchObject({
      state: "refused",
      failure: { code: "BACKUP_LATE" },
    });
    expect(toldOf("stillpoint.backup.refused", name)).toEqual([
      expect.objectContaining({ code: "BACKUP_LATE" }),
    ]);
    expect(azure.metrics("BackupRefused")).toContainEqual({ value: 1, deployment: name });
    await backUp(name, isPastDue);
    expect(toldOf("stillpoint.backup.refused", name)).toHaveLength(1);
  });

  test.each(["tokyo", "berlin"] as const)("take the backup that is due in %s", async (name) => {
    await azure.instances[name]?.stop();
    await expect(backUp(name)).rejects.toMatchObject(UNREACHABLE);
    expect(await requestOf(name)).toMatchObject({ scheduledMs: DUE_MS });
  });

  test("do nothing at the hour that is due in the other half of the year", async () => {
    await backUp("summer");
    expect((await azure.catalog.requests.list("summer")).records).toEqual([]);
    expect(toldOf("stillpoint.backup.refused", "summer")).toEqual([]);
  });

  test("pause nothing without a living sweep", async () => {
    await azure.beat(Date.now() - 10 * MINUTE_MS);
    await expect(backUp("silent")).rejects.toMatchObject({ code: "SWEEP_SILENT" });
    expect(await pausesOf("silent")).toEqual([]);
    expect(areOpen("silent")).toBe(true);
  });

  test("pause nothing without a permission, and log the next step", async () => {
    azure.cosmosdb.faults.deny(["Microsoft.DocumentDB/databaseAccounts/read"]);
    const failing = backUp("denied").finally(() => azure.cosmosdb.faults.deny([]));
    await expect(failing).rejects.toMatchObject({ code: expect.stringMatching(/DENIED|REFUSED/) });
    expect(await pausesOf("denied")).toEqual([]);
    expect(azure.objects().at(-1)).toMatchObject({
      level: "error",
      code: expect.any(String),
      next: expect.any(String),
    });
  });

  test("pause nothing where the instances cannot be reached, as from another network", async () => {
    await azure.instances["unreachable"]?.stop();
    await expect(backUp("unreachable")).rejects.toMatchObject(UNREACHABLE);
    expect(toldOf("stillpoint.backup.refused", "unreachable")).toHaveLength(1);
  });

  test("pause nothing where the catalog refuses them, and say so", async () => {
    const { accidents } = azure.catalogWay;
    accidents.push(...Array.from({ length: 1_000 }, () => "denied" as const));
    const failing = backUp("unread").finally(() => accidents.splice(0));
    await expect(failing).rejects.toMatchObject({ code: "CATALOG_UNREADABLE" });
    expect(areOpen("unread")).toBe(true);
    expect(toldOf("stillpoint.backup.refused", "unread")).toEqual([
      expect.objectContaining({ code: "CATALOG_UNREADABLE" }),
    ]);
  });

  test("open every gate where the catalog goes away during the pause, and tell that the window is invalid", async () => {
    const { accidents } = azure.catalogWay;
    azure.onLine((line) => {
      if (JSON.parse(line).message === "paused")
        accidents.push(...Array.from({ length: 1_000 }, () => "denied" as const));
    });
    const failing = backUp("vanishing").finally(() => {
      azure.onLine(() => undefined);
      accidents.splice(0);
    });
    await expect(failing).rejects.toMatchObject({ code: "WINDOW_INVALID" });
    expect(areOpen("vanishing")).toBe(true);
    expect(azure.metrics("WindowInvalid")).toContainEqual({ value: 1, deployment: "vanishing" });
    expect(toldOf("stillpoint.window.invalid", "vanishing")).toHaveLength(1);
  });

  test("have time for the longest pause that a configuration may ask for", () => {
    const longest = PauseSection.shape.longest;
    expect(longest.safeParse("10m").success).toBe(true);
    expect(longest.safeParse("11m").success).toBe(false);
    expect(FUNCTION_TIMEOUT_MS).toBeGreaterThan(2 * 10 * MINUTE_MS);
  });

  test("tell in the log what the topic does not take", async () => {
    azure.topic.refuse(10);
    await backUp("quiet").finally(() => azure.topic.refuse(0));
    expect(await pointOf("quiet")).toMatchObject({ artifact: "pending" });
    expect(azure.metrics("UndeliveredEvents")).toEqual([{ value: 1, deployment: undefined }]);
  });
});
