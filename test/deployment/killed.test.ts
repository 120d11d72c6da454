import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { ListBackupsCommand } from "@aws-sdk/client-dynamodb";
import { expect, test } from "vitest";
import { DEPLOYMENT } from "../../rehearsal/rehearsal-world.ts";
import { planRestore } from "../../shared/deployment/plan-restore.ts";
import type { RestoreResult } from "../../shared/restore/dynamodb/restore.ts";
import { type RuinedWorld, ruinedWorld, tablesOf } from "./ruined-world.ts";

const PROCESS = fileURLToPath(new URL("./restoring-process.ts", import.meta.url));
const KILLS = 12;
const MOST_ENTRIES = 7;
const MOST_MORE_MS = 60;
const LOOK_MS = 5;
const KILLING_MS = 120_000;

test("a restore that is killed a dozen times and resumed ends as an undisturbed one", {
  timeout: KILLING_MS,
}, async () => {
  await using ruined = await ruinedWorld("killed");
  const { world, open, point, opening } = ruined;
  const before = await tablesOf(world);
  await world.stopInstances();
  const choice = { kind: "id", id: point.id } as const;
  const { id, plan } = await planRestore(open, { choice, mode: "in-place" });
  for (let kill = 0; kill < KILLS; kill++) expect(await killedOnTheWay(ruined, id)).toBe("SIGKILL");
  const last = start(ruined, id);
  expect(await once(last, "exit")).toEqual([0, null]);

  const { record } = await open.catalog.runs.get(id);
  const result = record.result as RestoreResult;
  expect(record.state).toBe("done");
  expect(result.settingsDifferences).toEqual({});
  expect(await world.totals()).toMatchObject({ assets: opening.assets, balance: opening.balance });
  expect(await tablesOf(world)).toEqual(before);
  const { BackupSummaries = [] } = await world.client.send(new ListBackupsCommand({ BackupType: "USER" }));
  expect(BackupSummaries.map(({ BackupName }) => BackupName).sort()).toEqual(
    plan.dynamodb.tables.map(({ backup }) => backup).sort(),
  );
  expect(BackupSummaries.map(({ BackupArn }) => BackupArn).sort()).toEqual([...result.backups].sort());
  expect((await open.catalog.lease(DEPLOYMENT))?.holder).toBeUndefined();
});

/** Killed when its journal has grown by some entries, and a moment later. */
async function killedOnTheWay(ruined: RuinedWorld, run: string): Promise<string | null> {
  const entries = async () => (await ruined.open.catalog.journal.read(run)).length;
  const until = (await entries()) + Math.floor(Math.random() * MOST_ENTRIES);
  const child = start(ruined, run);
  const exited = once(child, "exit") as Promise<[number | null, string | null]>;
  while ((await entries()) < until && child.exitCode === null) await delay(LOOK_MS);
  await delay(Math.random() * MOST_MORE_MS);
  child.kill("SIGKILL");
  const [, signal] = await exited;
  return signal;
}

function start({ world }: RuinedWorld, run: string): ChildProcess {
  return spawn(process.execPath, [PROCESS, world.config, run, DEPLOYMENT], {
    stdio: ["ignore", "ignore", "inherit"],
  });
}
