import { DescribeTableCommand, ListBackupsCommand, UpdateTableCommand } from "@aws-sdk/client-dynamodb";
import { expect, test } from "vitest";
import {
  backupState,
  backupsNamed,
  deleteBackup,
  startBackup,
  startCopy,
  startReplacement,
} from "../../../shared/databases/dynamodb/copies.ts";
import { deleteTable, protectAgain } from "../../../shared/databases/dynamodb/delete-table.ts";
import { missingCopy } from "../../../shared/databases/dynamodb/missing-copy.ts";
import { observe } from "../../../shared/databases/dynamodb/observe.ts";
import { StillpointError } from "../../../shared/errors/stillpoint-error.ts";
import {
  ahead,
  balances,
  FOR_LONG_MS,
  put,
  refusal,
  untilActive,
  untilGone,
} from "../../rehearsal/dynamodb/swift.ts";
import { ACCOUNTS, COORDINATOR, createProtected, FOREIGN, type Prod, startProd } from "./prod.ts";

const TARGET = `${ACCOUNTS}.stillpoint-0a1b2c3d`;

async function copying(prod: Prod) {
  ahead(prod, 2_000);
  const { captured } = await prod.database.capture();
  const source = captured.tables.find(({ name }) => name === ACCOUNTS);
  return {
    sourceArn: source?.arn ?? "",
    sourceId: source?.id ?? "",
    target: TARGET,
    atSecond: Math.floor(prod.db.now() / 1000) - 1,
  };
}

async function backedUp(prod: Prod): Promise<string> {
  await startCopy(prod.database.connection, await copying(prod));
  await untilActive(prod, TARGET);
  const { arn } = await startBackup(prod.database.connection, { table: TARGET, backup: TARGET });
  await expect.poll(() => backupState(prod.database.connection, arn)).toBe("AVAILABLE");
  return arn;
}

async function idOf({ client }: Prod, TableName: string): Promise<string> {
  return (await client.send(new DescribeTableCommand({ TableName }))).Table?.TableId ?? "";
}

test.each([
  ["under way", FOR_LONG_MS],
  ["done", 0],
])("a copy that is asked for twice is made once, while the first is %s", async (_what, restoreMs) => {
  const prod = await startProd({ restoreLeastMs: restoreMs, restoreMostMs: restoreMs });
  const from = await copying(prod);
  expect(await startCopy(prod.database.connection, from)).toEqual({ started: true });
  if (restoreMs === 0) await untilActive(prod, TARGET);
  const id = await idOf(prod, TARGET);
  expect(await startCopy(prod.database.connection, from)).toEqual({ started: true });
  expect(await idOf(prod, TARGET)).toBe(id);
});

test("a copy whose answer is lost is made once", async () => {
  const prod = await startProd();
  const from = await copying(prod);
  prod.db.faults.loseAnswers("RestoreTableToPointInTime", 2);
  expect(await startCopy(prod.database.connection, from)).toEqual({ started: true });
  await untilActive(prod, TARGET);
  expect(await balances(prod, TARGET)).toEqual({ alice: 100 });
});

test("a copy finds no room where others use the quota", async () => {
  const prod = await startProd(
    { restoreLeastMs: FOR_LONG_MS, restoreMostMs: FOR_LONG_MS },
    { restoresMax: 1 },
  );
  const from = await copying(prod);
  await startCopy(prod.database.connection, { ...from, target: "somebody.elses" });
  expect(await startCopy(prod.database.connection, from)).toEqual({ started: false });
});

test("a target that somebody else is restoring from another source is refused", async () => {
  const prod = await startProd({ restoreLeastMs: FOR_LONG_MS, restoreMostMs: FOR_LONG_MS });
  const from = await copying(prod);
  const foreign = {
    sourceArn: from.sourceArn.replace(ACCOUNTS, FOREIGN),
    sourceId: await idOf(prod, FOREIGN),
  };
  await startCopy(prod.database.connection, { ...from, ...foreign });
  await expect(startCopy(prod.database.connection, from)).rejects.toMatchObject({ code: "PLAN_OUTDATED" });
});

test("a copy of a table that was made again is refused", async () => {
  const prod = await startProd();
  const from = { ...(await copying(prod)), sourceId: "the-one-before" };
  await expect(startCopy(prod.database.connection, from)).rejects.toMatchObject({ code: "PLAN_OUTDATED" });
});

test("a backup that is asked for twice, or whose answer is lost, is taken once", async () => {
  const prod = await startProd({ continuousBackupsUnavailableMs: 300 });
  await startCopy(prod.database.connection, await copying(prod));
  await untilActive(prod, TARGET);
  prod.db.faults.loseAnswers("CreateBackup", 1);
  const wanted = { table: TARGET, backup: TARGET };
  const first = await startBackup(prod.database.connection, wanted);
  expect(await startBackup(prod.database.connection, wanted)).toEqual(first);
  const { BackupSummaries } = await prod.client.send(new ListBackupsCommand({ TableName: TARGET }));
  expect(BackupSummaries).toHaveLength(1);
});

test("a backup of the same name of a table before is not taken for this one's", async () => {
  const prod = await startProd();
  const wanted = { table: "again", backup: "again" };
  await createProtected(prod, "again");
  const before = await startBackup(prod.database.connection, wanted);
  await deleteTable(prod.database.connection, { name: "again" });
  await untilGone(prod, "again");
  expect(await backupsNamed(prod.database.connection, "again", "again")).toEqual([before.arn]);
  await createProtected(prod, "again");
  expect(await startBackup(prod.database.connection, wanted)).not.toEqual(before);
});

test("a replacement that is asked for twice, or whose answer is lost, is made once", async () => {
  const prod = await startProd({ restoreLeastMs: 300, restoreMostMs: 300 });
  const wanted = { backupArn: await backedUp(prod), target: "replaced" };
  prod.db.faults.loseAnswers("RestoreTableFromBackup", 1);
  expect(await startReplacement(prod.database.connection, wanted)).toEqual({ started: true });
  const id = await idOf(prod, "replaced");
  expect(await startReplacement(prod.database.connection, wanted)).toEqual({ started: true });
  await untilActive(prod, "replaced");
  expect(await startReplacement(prod.database.connection, wanted)).toEqual({ started: true });
  expect(await idOf(prod, "replaced")).toBe(id);
});

test("a backup that feeds somebody else's restore is waited for", async () => {
  const prod = await startProd({ restoreLeastMs: 300, restoreMostMs: 300 });
  const backupArn = await backedUp(prod);
  await startReplacement(prod.database.connection, { backupArn, target: "somebody.elses" });
  const wanted = { backupArn, target: "replaced" };
  expect(await startReplacement(prod.database.connection, wanted)).toEqual({ started: false });
  await untilActive(prod, "somebody.elses");
  expect(await startReplacement(prod.database.connection, wanted)).toEqual({ started: true });
});

test("a replacement waits for its turn while the table before is on its way out", async () => {
  const prod = await startProd({ deleteTableMs: 1_000 });
  const backupArn = await backedUp(prod);
  await deleteTable(prod.database.connection, { name: ACCOUNTS });
  const wanted = { backupArn, target: ACCOUNTS };
  expect(await startReplacement(prod.database.connection, wanted)).toEqual({ started: false });
  await untilGone(prod, ACCOUNTS);
  expect(await startReplacement(prod.database.connection, wanted)).toEqual({ started: true });
});

test("a deletion that is asked for twice, or whose answer is lost, is one", async () => {
  const prod = await startProd({ deleteTableMs: 100 });
  const id = await idOf(prod, ACCOUNTS);
  prod.db.faults.loseAnswers("DeleteTable", 1);
  await deleteTable(prod.database.connection, { name: ACCOUNTS, id });
  await deleteTable(prod.database.connection, { name: ACCOUNTS, id });
  await untilGone(prod, ACCOUNTS);
  await deleteTable(prod.database.connection, { name: ACCOUNTS, id });
});

test("another table under the same name is never deleted", async () => {
  const prod = await startProd();
  const deleting = deleteTable(prod.database.connection, { name: ACCOUNTS, id: "the-one-before" });
  await expect(deleting).rejects.toMatchObject({ code: "RESTORE_BLOCKED" });
  await put(prod, "bob", 1, ACCOUNTS);
  expect(await balances(prod, ACCOUNTS)).toEqual({ alice: 100, bob: 1 });
});

test("a deletion asks its guard before every call, and before the protection goes", async () => {
  const prod = await startProd();
  const { connection } = prod.database;
  await prod.client.send(new UpdateTableCommand({ TableName: ACCOUNTS, DeletionProtectionEnabled: true }));
  const refusing = async () => {
    throw new StillpointError("CATALOG_CONFLICT", "it is not ours any more");
  };
  await expect(deleteTable(connection, { name: ACCOUNTS, guard: refusing })).rejects.toMatchObject({
    code: "CATALOG_CONFLICT",
  });
  const { Table } = await prod.client.send(new DescribeTableCommand({ TableName: ACCOUNTS }));
  expect(Table).toMatchObject({ TableStatus: "ACTIVE", DeletionProtectionEnabled: true });
  let asked = 0;
  prod.db.faults.throttle({ kind: "first", calls: 2 });
  const counting = async () => void asked++;
  await deleteTable(connection, { name: COORDINATOR, guard: counting });
  expect(asked).toBe(3);
});

test("a copy is missed where its table or its backup is gone, or the backup is of another table", async () => {
  const prod = await startProd();
  const backupArn = await backedUp(prod);
  const { connection } = prod.database;
  const copies = { temporary: TARGET, backupArn };
  expect(await missingCopy(connection, copies)).toBeUndefined();
  expect(await missingCopy(connection, { ...copies, temporary: ACCOUNTS })).toContain("is of another table");
  await deleteBackup(connection, backupArn);
  expect(await missingCopy(connection, copies)).toContain("its backup");
  await deleteTable(connection, { name: TARGET });
  await untilGone(prod, TARGET);
  expect(await missingCopy(connection, copies)).toContain(`"${TARGET}" is gone`);
});

test("a protection that was switched off for a deletion that never came is switched on again", async () => {
  const prod = await startProd();
  await protectAgain(prod.database.connection, ACCOUNTS);
  await protectAgain(prod.database.connection, ACCOUNTS);
  const { Table } = await prod.client.send(new DescribeTableCommand({ TableName: ACCOUNTS }));
  expect(Table?.DeletionProtectionEnabled).toBe(true);
});

test("deletion protection is switched off first, and its cool-down waited for", async () => {
  const prod = await startProd({ settingCooldownMs: 400 });
  const protect = { TableName: ACCOUNTS, DeletionProtectionEnabled: true };
  await prod.client.send(new UpdateTableCommand(protect));
  await deleteTable(prod.database.connection, { name: ACCOUNTS, id: await idOf(prod, ACCOUNTS) });
  await untilGone(prod, ACCOUNTS);
});

test("a backup that is gone already is fine", async () => {
  const prod = await startProd();
  const arn = await backedUp(prod);
  await deleteBackup(prod.database.connection, arn);
  await deleteBackup(prod.database.connection, arn);
  await refusal(backupState(prod.database.connection, arn), "StillpointError");
});

test("a look is done when enough has come of what is waited for", async () => {
  const prod = await startProd({ deleteTableMs: 50 });
  const { connection } = prod.database;
  const look = (until: "ACTIVE" | "ABSENT", enough: "one" | "all") =>
    observe(() => connection, {
      tables: [ACCOUNTS, "none"].map((name) => ({ database: "main", name, until })),
      backups: [],
      enough,
    });
  expect(await look("ACTIVE", "one")).toEqual({
    done: true,
    tables: { main: { [ACCOUNTS]: "ACTIVE" } },
    backups: {},
  });
  expect(await look("ABSENT", "one")).toMatchObject({ done: true, tables: { main: { none: "ABSENT" } } });
  expect(await look("ABSENT", "all")).toMatchObject({ done: false });
  await deleteTable(connection, { name: ACCOUNTS });
  await expect.poll(async () => (await look("ABSENT", "all")).done).toBe(true);
});
