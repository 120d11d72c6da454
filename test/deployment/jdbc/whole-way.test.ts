import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { open as openFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RestorePoint } from "../../../shared/catalog/model.ts";
import { openSql } from "../../../shared/databases/sql/open-sql.ts";
import { abandonRestore } from "../../../shared/deployment/abandon-restore.ts";
import { type PlannedRun, planRestore } from "../../../shared/deployment/plan-restore.ts";
import { runRestore } from "../../../shared/deployment/run-restore.ts";
import { codeOf } from "../../../shared/errors/stillpoint-error.ts";
import type { JdbcPlan } from "../../../shared/restore/jdbc/plan.ts";
import type { JdbcResult } from "../../../shared/restore/jdbc/restore.ts";
import type { Mode } from "../../../shared/restore/mode.ts";
import {
  ask,
  backUp,
  capturedIn,
  countAssets,
  DEPLOYMENT,
  type DumpedWorld,
  dumpedWorld,
  namesOn,
  onNewServer,
  ruin,
} from "./dumped-world.ts";

const STEP_MS = 120_000;
const PROCESS = fileURLToPath(new URL("./restoring-process.ts", import.meta.url));
const RUNNING = { report: () => undefined, confirm: DEPLOYMENT };

describe.each(["postgresql", "mysql"] as const)("dumps of %s", { timeout: STEP_MS }, (engine) => {
  let world: DumpedWorld;
  let point: RestorePoint;
  let whole: number;

  const plan = (mode: Mode) => planRestore(world.open, { choice: { kind: "id", id: point.id }, mode });
  const restore = async ({ id }: PlannedRun) => (await runRestore(world.open, id, RUNNING)) as JdbcResult;
  const dumpOf = ({ plan: { restore: planned } }: PlannedRun) => {
    const [dump] = (planned as JdbcPlan).dumps;
    if (dump === undefined) throw new Error("the plan restores nothing");
    return dump;
  };
  /** Where the asset table is found, of all that a dump is restored to. */
  const assetsIn = (names: Readonly<Record<string, string>>) =>
    names[engine === "mysql" ? "scalar" : "ledger"] ?? "";

  beforeAll(async () => {
    world = await dumpedWorld(engine);
    whole = await countAssets(world);
    point = await backUp(world);
    await ruin(world);
  }, STEP_MS);

  afterAll(async () => world?.[Symbol.asyncDispose]());

  test("are restored beside the original, proven, and removed again", async () => {
    const before = await namesOn(world);
    const ruined = await countAssets(world);
    const run = await plan("side-by-side");
    const { copies, settingsDifferences, dumps } = await restore(run);
    expect(copies.proof).toMatchObject({
      kind: "proven",
      reason: expect.stringContaining("one transaction"),
    });
    expect(copies.findings).toEqual([]);
    expect(settingsDifferences).toEqual({});
    expect(await countAssets(world, assetsIn(dumps[0]?.restored ?? {}))).toBe(whole);
    expect(await countAssets(world)).toBe(ruined);
    expect(await abandonRestore(world.open, run.id, RUNNING)).toMatchObject({ kind: "jdbc" });
    expect(await namesOn(world)).toEqual(before);
  });

  test("a wrong byte in the stored dump is found before any database is touched", async () => {
    const before = await namesOn(world);
    const { artifact } = capturedIn(point);
    const path = join(world.folder, "dumps", artifact?.key ?? "");
    const stored = await readFile(path);
    const run = await plan("in-place");
    await flip(path, Math.floor(stored.length / 2));
    expect(await restore(run).catch(codeOf)).toBe("DUMP_DAMAGED");
    expect(await namesOn(world)).toEqual(before);
    await writeFile(path, stored.subarray(0, -1));
    await expect(plan("in-place")).rejects.toMatchObject({
      code: "PLAN_REFUSED",
      message: expect.stringContaining(`has ${stored.length - 1} bytes, and had ${stored.length}`),
    });
    await writeFile(path, stored);
    await abandonRestore(world.open, run.id, RUNNING);
    expect(await namesOn(world)).toEqual(before);
  });

  test("killed at random moments and resumed, a restore in place ends with the point under the original name", async () => {
    const ruined = await countAssets(world);
    const run = await plan("in-place");
    const { kept } = dumpOf(run);
    let kills = 0;
    for (; kills < 5 && !(await hasEnded(world, run)); kills++) await killOnTheWay(world, run);
    const { copies, replaced, dumps, settingsDifferences } = await finished(world, run);
    expect(kills).toBeGreaterThan(1);
    expect(copies.proof.kind).toBe("proven");
    expect(replaced?.checked.tables.map(({ digest }) => digest)).toEqual(
      copies.checked.tables.map(({ digest }) => digest),
    );
    expect(settingsDifferences).toEqual({});
    expect(await countAssets(world)).toBe(whole);
    expect(await countAssets(world, assetsIn(kept))).toBe(ruined);
    await expect(abandonRestore(world.open, run.id, RUNNING)).rejects.toMatchObject({ code: "RUN_FINISHED" });
    for (const sql of dumps[0]?.removal ?? []) await ask(world, sql, "postgres");
    expect(await namesOn(world)).not.toContain(assetsIn(kept));
    expect(await countAssets(world)).toBe(whole);
  });

  test("what was restored is backed up and restored again like what was there before", async () => {
    const again = await backUp(world);
    await ruin(world);
    const run = await planRestore(world.open, { choice: { kind: "id", id: again.id }, mode: "in-place" });
    expect((await restore(run)).copies.proof.kind).toBe("proven");
    expect(await countAssets(world)).toBe(whole);
  });

  test("are restored to a new, empty server that the configuration names now", async () => {
    await using moved = await onNewServer(world);
    const { id, plan: planned } = await planRestore(moved.open, {
      choice: { kind: "id", id: point.id },
      mode: "in-place",
    });
    expect(planned.text.consequences.join()).toMatch(
      new RegExp(`127.0.0.1:${world.address.port}, and is restored to 127.0.0.1:${moved.address.port}`),
    );
    expect(planned.text.consequences.join()).toContain("Nothing is discarded");
    const { copies, replaced, dumps } = (await runRestore(moved.open, id, RUNNING)) as JdbcResult;
    expect([copies.proof.kind, replaced?.proof.kind]).toEqual(["proven", "proven"]);
    expect(dumps[0]?.kept).toEqual([]);
    expect(await countAssets(moved)).toBe(whole);
  });

  test("whoever is connected keeps a restore in place from beginning, not from being planned", async () => {
    const stays = await openSql({ ...world.address });
    const session = await stays.session();
    await session.query(engine === "mysql" ? "START TRANSACTION" : "SET application_name TO 'ledger-0'");
    await session.query("SELECT count(*) FROM scalar.asset");
    const run = await plan("in-place");
    const refused = await restore(run).catch((error: unknown) => error);
    expect(codeOf(refused)).toBe(engine === "mysql" ? "RESTORE_BLOCKED" : "PLAN_OUTDATED");
    expect(String(refused)).toMatch(engine === "mysql" ? /session \d+ of "stillpoint"/ : /ledger-0/);
    await session.end();
    stays.close();
    expect((await restore(run)).copies.proof.kind).toBe("proven");
    expect(await countAssets(world)).toBe(whole);
  });
});

async function flip(path: string, at: number): Promise<void> {
  const file = await openFile(path, "r+");
  const byte = Buffer.alloc(1);
  await file.read(byte, 0, 1, at);
  await file.write(Buffer.from([(byte[0] ?? 0) ^ 0x10]), 0, 1, at);
  await file.close();
}

async function hasEnded({ open }: DumpedWorld, { id }: PlannedRun): Promise<boolean> {
  return (await open.catalog.runs.get(id)).record.state === "done";
}

async function finished(world: DumpedWorld, run: PlannedRun): Promise<JdbcResult> {
  if (await hasEnded(world, run)) {
    const { record } = await world.open.catalog.runs.get(run.id);
    return record.result as JdbcResult;
  }
  return (await runRestore(world.open, run.id, RUNNING)) as JdbcResult;
}

const MOST_MORE_MS = 400;

/** Resumes the run in a process of its own, and kills that after another entry or two, and a moment. */
async function killOnTheWay({ open, config, env }: DumpedWorld, { id }: PlannedRun): Promise<void> {
  const entries = async () => (await open.catalog.journal.read(id)).length;
  const until = (await entries()) + 1 + Math.floor(Math.random() * 3);
  const child: ChildProcess = spawn(process.execPath, [PROCESS, config, id], {
    env: { ...env },
    stdio: ["ignore", "ignore", "inherit"],
  });
  const exited = once(child, "exit") as Promise<[number | null, string | null]>;
  while ((await entries()) < until && child.exitCode === null) await delay(5);
  await delay(Math.random() * MOST_MORE_MS);
  child.kill("SIGKILL");
  const [status] = await exited;
  if (status) throw new Error(`the restore failed with status ${status} before it could be killed`);
}
