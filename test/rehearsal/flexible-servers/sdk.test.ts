import { expect, test } from "vitest";
import { type Azure, DAY_MS, EAGER, FOR_LONG_MS, start } from "./azure.ts";

const HOUR_MS = 3_600_000;

/** One of each kind, a day old. */
async function startBoth(pace = {}): Promise<Azure> {
  const azure = await start(pace);
  const createdAtMs = azure.flexible.now() - DAY_MS;
  azure.flexible.createServer({ kind: "postgresql", name: "ledger", createdAtMs });
  azure.flexible.createServer({ kind: "mysql", name: "ledger", createdAtMs });
  return azure;
}

function restorePostgresql({ postgresql, flexible, group }: Azure, more = {}) {
  return postgresql.servers.beginCreateOrUpdateAndWait(
    group,
    "copy",
    {
      location: "japaneast",
      createMode: "PointInTimeRestore",
      sourceServerResourceId: flexible.idOf("postgresql", "ledger"),
      pointInTimeUTC: new Date(flexible.now() - HOUR_MS),
      ...more,
    },
    EAGER,
  );
}

function restoreMysql({ mysql, flexible, group }: Azure, more = {}) {
  return mysql.servers.beginCreateAndWait(
    group,
    "copy",
    {
      location: "japaneast",
      createMode: "PointInTimeRestore",
      sourceServerResourceId: flexible.idOf("mysql", "ledger"),
      restorePointInTime: new Date(flexible.now() - HOUR_MS),
      ...more,
    },
    EAGER,
  );
}

test("a server tells how it is set, from when on it can be restored and where it is asked", async () => {
  const azure = await startBoth();
  const createdAt = new Date(azure.flexible.now() - DAY_MS).toISOString().slice(0, 16);
  for (const server of [
    await azure.postgresql.servers.get(azure.group, "ledger"),
    await azure.mysql.servers.get(azure.group, "ledger"),
  ]) {
    expect(server).toMatchObject({ state: "Ready", backup: { backupRetentionDays: 7 } });
    expect(server.systemData?.createdAt?.toISOString()).toContain(createdAt);
    expect(server.backup?.earliestRestoreDate).toEqual(server.systemData?.createdAt);
    expect(server.fullyQualifiedDomainName).toMatch(/^ledger\.(postgres|mysql)\.database\.azure\.com$/);
  }
});

test("both SDKs restore to a moment, and the new server is not highly available", async () => {
  const azure = await startBoth();
  const ready = { state: "Ready", highAvailability: { mode: "Disabled" } };
  expect(await restorePostgresql(azure)).toMatchObject(ready);
  expect(await restoreMysql(azure)).toMatchObject(ready);
});

test("a server that is being restored is seen, and takes no changes", async () => {
  const azure = await startBoth({ restoreMs: FOR_LONG_MS });
  restorePostgresql(azure).catch(() => undefined);
  const { postgresql, group } = azure;
  await expect
    .poll(async () => (await postgresql.servers.get(group, "copy").catch(() => undefined))?.state)
    .toBe("Provisioning");
  const changing = postgresql.servers.beginUpdateAndWait(group, "copy", { tags: { a: "b" } }, EAGER);
  await expect(changing).rejects.toMatchObject({ code: "ServerIsBusy", statusCode: 409 });
});

test.each([
  ["earlier than its history", (now: number) => now - 2 * DAY_MS],
  ["in the future", (now: number) => now + HOUR_MS],
])("a moment %s is refused", async (_, at) => {
  const azure = await startBoth();
  const moment = new Date(at(azure.flexible.now()));
  await expect(restorePostgresql(azure, { pointInTimeUTC: moment })).rejects.toThrow(/pointInTimeUTC/);
  await expect(restoreMysql(azure, { restorePointInTime: moment })).rejects.toThrow(/restorePointInTime/);
});

test("a moment that is in no backup yet is refused long after it was accepted", async () => {
  const azure = await startBoth();
  const moment = new Date(azure.flexible.now() - 1_000);
  await expect(restorePostgresql(azure, { pointInTimeUTC: moment })).rejects.toThrow(/recovery target/);
  expect(azure.flexible.server("postgresql", "copy")).toBeUndefined();
});

test("a name that anybody in Azure has, another region and too many cores are refused", async () => {
  const azure = await startBoth();
  const { faults } = azure.flexible;
  await expect(restorePostgresql(azure, { location: "westeurope" })).rejects.toThrow(/location/);
  faults.takenNames.add("copy");
  await expect(restorePostgresql(azure)).rejects.toMatchObject({ code: "ServerNameAlreadyExists" });
  faults.takenNames.clear();
  faults.coresLimit = 8;
  await expect(restorePostgresql(azure)).rejects.toMatchObject({ code: "QuotaExceeded" });
});

test("a static parameter waits for a restart", async () => {
  const azure = await startBoth();
  const { postgresql, group } = azure;
  const value = { value: "500", source: "user-override" };
  await postgresql.configurations.beginUpdateAndWait(group, "ledger", "max_connections", value, EAGER);
  const waiting = await postgresql.configurations.get(group, "ledger", "max_connections");
  expect(waiting).toMatchObject({ value: "500", isConfigPendingRestart: true, isDynamicConfig: false });
  await postgresql.servers.beginRestartAndWait(group, "ledger", EAGER);
  const set = await postgresql.configurations.get(group, "ledger", "max_connections");
  expect(set.isConfigPendingRestart).toBe(false);
});

test("a lock keeps a server from being deleted", async () => {
  const azure = await startBoth();
  const { mysql, flexible, group } = azure;
  const id = flexible.idOf("mysql", "ledger").toLowerCase();
  const lock = `${id}/providers/microsoft.authorization/locks/keep`;
  flexible.extensions.set(lock, { properties: { level: "CanNotDelete" } });
  await expect(mysql.servers.beginDeleteAndWait(group, "ledger", EAGER)).rejects.toThrow(/locked/);
  flexible.extensions.delete(lock);
  await mysql.servers.beginDeleteAndWait(group, "ledger", EAGER);
  expect(flexible.server("mysql", "ledger")).toBeUndefined();
});

test("a standby takes a while, and the smallest servers get none", async () => {
  const azure = await startBoth({ standbyMs: FOR_LONG_MS });
  const { postgresql, flexible, group } = azure;
  const zoneRedundant = { highAvailability: { mode: "ZoneRedundant" } };
  await postgresql.servers.beginUpdateAndWait(group, "ledger", zoneRedundant, EAGER);
  const { highAvailability } = await postgresql.servers.get(group, "ledger");
  expect(highAvailability?.state).toBe("CreatingStandby");
  flexible.createServer({ kind: "postgresql", name: "small", sku: { name: "B", tier: "Burstable" } });
  const refused = postgresql.servers.beginUpdateAndWait(group, "small", zoneRedundant, EAGER);
  await expect(refused).rejects.toThrow(/Burstable/);
});
