import { join } from "node:path";
import { expect, test } from "vitest";
import { catalogOver } from "../../shared/catalog/catalog.ts";
import { fileStore } from "../../shared/catalog/file-store.ts";
import type { Deployment } from "../../shared/config/config.ts";
import { type Carriers, handOverBackup } from "../../shared/deployment/hand-over-backup.ts";
import type { OpenDeployment } from "../../shared/deployment/open-deployment.ts";
import { StillpointError } from "../../shared/errors/stillpoint-error.ts";
import type { Happening } from "../../shared/telemetry/happening.ts";
import { newFolder } from "../catalog/folder.ts";

const GB = 1e9;
const NOW_MS = Date.UTC(2026, 10, 21, 18);
const RUN = "backup-payments-20261121T180000Z";

async function world(bytes: number, { there = { function: true, task: true }, scheduledMs = NOW_MS } = {}) {
  const catalog = catalogOver(fileStore(join(await newFolder(), "catalog")));
  const started: string[] = [];
  const told: Happening[] = [];
  const measured: string[] = [];
  const captured = {
    engine: "postgresql",
    product: "PostgreSQL",
    serverVersion: "15.1",
    host: "db",
    port: 5432,
    schemas: ["scalar"],
    tables: [
      { schema: "scalar", name: "asset", bytes: bytes / 2 },
      { schema: "coordinator", name: "state", bytes: bytes / 2 },
    ],
    settings: {},
  };
  // As much of an open deployment as handing over needs: a server needs tools that functions do not have.
  const open = {
    settings: {
      name: "payments",
      databases: [{ name: "main", kind: "jdbc" }],
      schedule: { cron: "0 18 * * *", timezone: "UTC", lateAfterMs: 600_000 },
    } as unknown as Deployment,
    catalog,
    clock: { wallMs: () => NOW_MS },
    jdbc: () => ({ server: async () => ({ capture: async () => ({ captured }) }) }),
  } as unknown as OpenDeployment;
  const carriers: Carriers = {
    there,
    start: async (place, run) => {
      started.push(`${place} ${run}`);
      return "arn:1";
    },
  };
  const telemetry = {
    log: () => {},
    measure: (metric: string) => {
      measured.push(metric);
    },
    measureAll: () => {},
    announce: async (happening: Happening) => {
      told.push(happening);
    },
  };
  const handOver = (of = carriers) => handOverBackup(open, { run: RUN, scheduledMs, telemetry }, of);
  const request = async () => (await catalog.requests.get(RUN)).record;
  return { handOver, carriers, started, told, measured, request };
}

test("a backup that fits a function is started there, and stays asked for until that one has ended", async () => {
  const { handOver, started, request } = await world(1 * GB);
  expect(await handOver()).toEqual({ kind: "started", run: RUN, place: "function", carrier: "arn:1" });
  expect(started).toEqual([`function ${RUN}`]);
  const record = await request();
  expect(record).toMatchObject({ state: "taken", kind: "backup", scheduledMs: NOW_MS });
  // Who carries it out says so itself: what is never started holds it for nobody.
  expect(record).not.toHaveProperty("carriedBy");
});

test("a backup that fits no function is started as a task", async () => {
  const { handOver, started } = await world(200 * GB);
  await handOver();
  expect(started).toEqual([`task ${RUN}`]);
});

test("called twice, it starts one backup", async () => {
  const { handOver, started } = await world(1 * GB);
  await handOver();
  expect(await handOver()).toEqual({ kind: "duplicate", run: RUN });
  expect(started).toHaveLength(1);
});

test("what fits nowhere is refused with its size, recorded and told, and starts nothing", async () => {
  const { handOver, started, told, measured, request } = await world(200 * GB, {
    there: { function: true, task: false },
  });
  await expect(handOver()).rejects.toMatchObject({
    code: "CONFIG_INVALID",
    message: expect.stringMatching(
      /"payments" cannot be dumped from here: .*200\.0 GB.*aws\.dumps\.task.*nothing was paused$/,
    ),
  });
  expect(started).toEqual([]);
  expect(await request()).toMatchObject({ state: "refused", failure: { code: "CONFIG_INVALID" } });
  expect(told).toEqual([
    expect.objectContaining({ kind: "backup.refused", deployment: "payments", run: RUN }),
  ]);
  expect(measured).toEqual(["BackupRefused"]);
});

test("a task that cannot be started is a refusal that is recorded and told", async () => {
  const { handOver, carriers, told, request } = await world(200 * GB);
  const start = async () => {
    throw new StillpointError("DUMP_FAILED", "the task was not started: no capacity");
  };
  await expect(handOver({ ...carriers, start })).rejects.toMatchObject({ code: "DUMP_FAILED" });
  expect(await request()).toMatchObject({ state: "refused", failure: { code: "DUMP_FAILED" } });
  expect(told).toEqual([expect.objectContaining({ kind: "backup.refused", code: "DUMP_FAILED" })]);
});

test("what is called long after its time starts nothing", async () => {
  const { handOver, started } = await world(1 * GB, { scheduledMs: NOW_MS - 3_600_000 });
  await expect(handOver()).rejects.toMatchObject({ code: "BACKUP_LATE" });
  expect(started).toEqual([]);
});
