import { CreateBackupCommand, DescribeBackupCommand } from "@aws-sdk/client-dynamodb";
import { expect, test } from "vitest";
import { catalogOver } from "../../shared/catalog/catalog.ts";
import type { Run } from "../../shared/catalog/model.ts";
import { expireBackups } from "../../shared/deployment/expire-backups.ts";
import type { OpenDeployment } from "../../shared/deployment/open-deployment.ts";
import { ourClock } from "../../shared/deployment/our-clock.ts";
import { StillpointError } from "../../shared/errors/stillpoint-error.ts";
import { aPoint, aRun } from "../catalog/examples.ts";
import { memoryStore } from "../catalog/memory-store.ts";
import { createProtected, startProd } from "../databases/dynamodb/prod.ts";
import { ahead } from "../rehearsal/dynamodb/swift.ts";
import { planOf } from "../restore/example-plan.ts";

const DAY_MS = 86_400_000;
const DATABASE = { name: "main", kind: "dynamodb", keepBackupsMs: DAY_MS };

/** A deployment that knows its catalog, and answers for its database with whatever is given. */
async function deploymentWith(runs: readonly Run[], database: () => object): Promise<OpenDeployment> {
  const catalog = catalogOver(memoryStore());
  for (const run of runs) await catalog.runs.create(run);
  const settings = { name: "payments", databases: [DATABASE] };
  return { catalog, clock: ourClock(), settings, dynamodb: database } as never;
}

function arnOf(temporary: string): string {
  return `arn:aws:dynamodb:us-east-1:1:table/${temporary}/backup/01`;
}

function doneRun(id: string, change: Partial<Run> = {}): Run {
  const plan = planOf(1);
  const result = { backups: plan.tables.map(({ temporary }) => arnOf(temporary)) };
  return aRun(id, { state: "done", plan: { restore: plan }, result, ...change });
}

function unreachable(): never {
  throw new StillpointError("DATABASE_UNREACHABLE", "nobody is there");
}

test("while a restore is not finished, nothing expires", async () => {
  for (const state of ["running", "failed", "abandoning"] as const) {
    const runs = [doneRun("restore-1"), aRun("restore-2", { state })];
    const prod = await startProd();
    const { backups, failure } = await expireBackups(await deploymentWith(runs, () => prod.database));
    expect(failure).toBeUndefined();
    expect(backups.map(({ fate, because }) => `${fate}: ${because}`)).toEqual([
      'kept: restore "restore-2" is not finished',
      'kept: restore "restore-2" is not finished',
    ]);
  }
});

test("runs that were not done, or have left nothing, or expired before, are not asked for", async () => {
  const { result } = doneRun("x") as { result: { backups: string[] } };
  const runs = [
    doneRun("planned", { state: "planned" }),
    doneRun("side-by-side", { result: { backups: [] } }),
    doneRun("before", { expired: result.backups.map((arn) => ({ arn, atMs: 1 })) }),
    aRun("damaged", { state: "done" }),
  ];
  const { backups } = await expireBackups(await deploymentWith(runs, unreachable));
  expect(backups).toEqual([]);
});

test("a database that does not answer is a failure, and nothing is noted", async () => {
  const open = await deploymentWith([doneRun("restore-1")], unreachable);
  await open.catalog.points.create(aPoint("later", { createdMs: 2_000 }));
  await expect(expireBackups(open)).rejects.toMatchObject({ code: "DATABASE_UNREACHABLE" });
  expect((await open.catalog.runs.get("restore-1")).record.expired).toBeUndefined();
});

test("backups that somebody has deleted are noted as gone, but not by a dry run", async () => {
  const prod = await startProd();
  const open = await deploymentWith([doneRun("restore-1")], () => prod.database);
  const fates = async (dryRun: boolean) =>
    (await expireBackups(open, { dryRun })).backups.map(({ fate }) => fate);
  const noted = async () => (await open.catalog.runs.get("restore-1")).record.expired?.length;
  expect(await fates(true)).toEqual(["gone", "gone"]);
  expect(await noted()).toBeUndefined();
  expect(await fates(false)).toEqual(["gone", "gone"]);
  expect(await noted()).toBe(2);
  expect(await fates(false)).toEqual([]);
});

test("a call that is refused is told with its backup, and the others are looked after all the same", async () => {
  const prod = await startProd();
  prod.db.faults.deny(["DescribeBackup"]);
  const open = await deploymentWith([doneRun("restore-1")], () => prod.database);
  const { backups, failure } = await expireBackups(open);
  expect(failure?.code).toBe("DATABASE_DENIED");
  expect(backups.map(({ fate }) => fate)).toEqual(["failed", "failed"]);
  expect(backups[0]?.because).toContain("dynamodb:DescribeBackup");
});

/** A backup of a table that has the run's temporary name, as old as the rule wants; a later point covers its table. */
async function backedUp(BackupName: string) {
  const prod = await startProd();
  const [{ temporary, name } = { temporary: "", name: "" }] = planOf(0).tables;
  await createProtected(prod, temporary);
  const answer = await prod.client.send(new CreateBackupCommand({ TableName: temporary, BackupName }));
  const arn = answer.BackupDetails?.BackupArn ?? "";
  const run = doneRun("restore-1", { plan: { restore: planOf(0) }, result: { backups: [arn] } });
  const { captured } = await prod.database.capture();
  const open = await deploymentWith([run], () => prod.database);
  const second = Math.ceil(prod.db.now() / 1000) + 1;
  ahead(prod, 5_000);
  const clockBound = { lowMs: 0, highMs: 0 };
  const covered = { name: "main", kind: "dynamodb", atSecond: second, clockBound, captured } as const;
  await open.catalog.points.create(aPoint("later", { createdMs: second * 1000, databases: [covered] }));
  const aged = { ...open.settings, databases: [{ ...DATABASE, keepBackupsMs: 0 }] } as never;
  expect(captured.tables.map((table) => table.name)).toContain(name);
  return { prod, open: { ...open, settings: aged }, arn };
}

test("a backup that has another name than the run's is not the run's, and is kept", async () => {
  const { open } = await backedUp("somebody-elses");
  const { backups } = await expireBackups(open);
  expect(backups).toMatchObject([
    { fate: "kept", because: "it is not the backup that the restore has made" },
  ]);
});

test("a restore that has begun meanwhile keeps the backup from being deleted", async () => {
  const { open, prod, arn } = await backedUp(planOf(0).tables[0]?.backup ?? "");
  const { catalog } = open;
  await expect.poll(async () => (await expireBackups(open, { dryRun: true })).backups[0]?.fate).toBe("due");
  await catalog.runs.create(aRun("restore-2", { state: "planned" }));
  await catalog.acquireLease("payments", { kind: "restore", run: "restore-2" }, Date.now());
  const { backups, failure } = await expireBackups(open);
  expect(failure).toMatchObject({
    code: "LEASE_HELD",
    message: expect.stringContaining("has begun meanwhile"),
  });
  expect(backups).toMatchObject([{ fate: "failed" }]);
  await catalog.releaseLease("payments", "restore-2");
  const there = await prod.client.send(new DescribeBackupCommand({ BackupArn: arn }));
  expect(there.BackupDescription?.BackupDetails?.BackupStatus).toBe("AVAILABLE");
  expect((await expireBackups(open)).backups).toMatchObject([{ fate: "expired" }]);
});
