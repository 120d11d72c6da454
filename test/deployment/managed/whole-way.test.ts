import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RestorePoint } from "../../../shared/catalog/model.ts";
import { abandonRestore } from "../../../shared/deployment/abandon-restore.ts";
import { followPoints } from "../../../shared/deployment/follow-points.ts";
import { planRestore } from "../../../shared/deployment/plan-restore.ts";
import { runRestore } from "../../../shared/deployment/run-restore.ts";
import { takeBackup } from "../../../shared/deployment/take-backup.ts";
import type { ManagedResult } from "../../../shared/restore/managed/restore.ts";
import type { Mode } from "../../../shared/restore/mode.ts";
import { LEDGER } from "../../databases/managed/rds/prod.ts";
import { ask, DEPLOYMENT, type ManagedWorld, managedWorld } from "./managed-world.ts";

const STEP_MS = 120_000;
const RUNNING = { report: () => undefined, confirm: DEPLOYMENT };

describe("an RDS instance with a real PostgreSQL behind it", { timeout: STEP_MS }, () => {
  let world: ManagedWorld;
  let point: RestorePoint;
  let written: readonly number[];

  beforeAll(async () => {
    process.env["AWS_ACCESS_KEY_ID"] = "rehearsal";
    process.env["AWS_SECRET_ACCESS_KEY"] = "rehearsal";
    world = await managedWorld();
    const { server } = world.open.managed("main");
    for (let looks = 0; looks < 50 && (await server.identify()).problems.length > 0; looks++)
      await delay(100);
    const writer = world.write();
    await delay(500);
    const result = await takeBackup(world.open, { report: () => undefined });
    if (result.point === undefined) throw new Error(JSON.stringify(result));
    point = result.point;
    await delay(500);
    written = await writer.end();
    await complete();
  }, STEP_MS);

  /** Looks until the service's own backups have passed the pause. */
  const complete = async () => {
    for (let looks = 0; looks < 100; looks++) {
      const { points } = await followPoints(world.open);
      if (points.every(({ state }) => state !== "pending")) return;
      await delay(100);
    }
  };

  afterAll(async () => world?.[Symbol.asyncDispose]());

  const restore = async (mode: Mode) => {
    const run = await planRestore(world.open, { choice: { kind: "id", id: point.id }, mode });
    return { run, result: (await runRestore(world.open, run.id, RUNNING)) as ManagedResult };
  };

  test("its point is pending until the service's own backups have passed the pause", async () => {
    expect(point).toMatchObject({ basis: "window", artifact: "pending" });
    const { record } = await world.open.catalog.points.get(point.id);
    expect(record.artifact).toBe("complete");
  });

  test("is restored to the midpoint: what was written before the pause, and nothing after", async () => {
    const { run, result } = await restore("side-by-side");
    const [server] = result.servers;
    const atMs = (point.databases[0]?.atSecond ?? 0) * 1000;
    const before = written.filter((ms) => ms <= atMs);
    expect(before.length).toBeGreaterThan(10);
    expect(written.length).toBeGreaterThan(before.length + 10);
    const [rows = []] = await ask(world.addressAt(server?.host), [
      "SELECT at_ms FROM public.written ORDER BY 1",
    ]);
    expect(rows.map((row) => Number(row["at_ms"]))).toEqual(before);
    expect(result.copies.proof.kind).toBe("proven");
    expect(result.copies.findings).toEqual([]);
    expect(result.copies.checked.tables.reduce((sum, { rows: count }) => sum + count, 0)).toBeGreaterThan(20);
    expect(result.settingsDifferences).toEqual({});
    expect(await abandonRestore(world.open, run.id, RUNNING)).toEqual({ kind: "managed", servers: 1 });
    expect(await world.open.managed("main").server.findNamed(server?.restored ?? "")).toBeUndefined();
  });

  test("is not restored in place while its instance answers", async () => {
    const run = await planRestore(world.open, { choice: { kind: "id", id: point.id }, mode: "in-place" });
    await expect(runRestore(world.open, run.id, RUNNING)).rejects.toMatchObject({
      code: "INSTANCES_RUNNING",
    });
    await abandonRestore(world.open, run.id, RUNNING);
  });

  test("is replaced by what was restored once its instance is stopped, and stays under another name", async () => {
    await world.gate.close();
    const original = await world.open.managed("main").server.findNamed(LEDGER);
    const { run, result } = await restore("in-place");
    const [server] = result.servers;
    expect(server).toMatchObject({
      server: LEDGER,
      restored: LEDGER,
      kept: expect.stringContaining("-before-"),
    });
    expect(result.settingsDifferences).toEqual({});
    const now = await world.open.managed("main").server.findNamed(server?.kept ?? "");
    expect(now?.resourceId).toBe(original?.resourceId);
    const [[before] = []] = await ask(world.addressAt(), ["SELECT count(*) AS n FROM public.written"]);
    expect(Number(before?.["n"])).toBe(written.length);
    const [[after] = []] = await ask(world.addressAt(server?.host), [
      "SELECT count(*) AS n FROM public.written",
    ]);
    expect(Number(after?.["n"])).toBeLessThan(written.length);
    await expect(abandonRestore(world.open, run.id, RUNNING)).rejects.toMatchObject({ code: "RUN_FINISHED" });
  });
});
