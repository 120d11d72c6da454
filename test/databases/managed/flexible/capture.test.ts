import { expect, test } from "vitest";
import { CapturedManaged } from "../../../../shared/restore/managed/captured.ts";
import { DAY_MS, FOR_LONG_MS } from "../../../rehearsal/flexible-servers/azure.ts";
import { GROUP, keep, NETWORK, type Prod, planNow, SERVER, SUBNET, startProd, TARGET } from "./prod.ts";

const KIND = "postgresql";

test("a server is captured with how it is set and with all that belongs to it", async () => {
  const { managed, flexible } = await startProd();
  const { captured } = await managed.capture();
  expect(CapturedManaged.parse(captured)).toEqual(captured);
  expect(captured).toMatchObject({
    service: "azure-postgresql",
    engine: "postgresql",
    version: "16",
    server: SERVER,
    database: "ledger",
    host: "ledger.postgres.database.azure.com",
    port: 5432,
    place: { location: "Japan East" },
    createdSecond: Math.ceil((flexible.server(KIND, SERVER)?.createdAtMs ?? 0) / 1000),
    tags: { team: "ledger" },
    unread: [],
  });
  expect(captured.settings).toMatchObject({
    sku: { name: "Standard_D4ds_v5", tier: "GeneralPurpose" },
    "storage.autoGrow": "Enabled",
    "backup.backupRetentionDays": 35,
    "highAvailability.mode": "ZoneRedundant",
    "highAvailability.standbyAvailabilityZone": "2",
    "maintenanceWindow.startMinute": 30,
    "parameters.max_connections": "500",
  });
  expect(captured.surroundings.map(({ kind, name }) => `${kind}: ${name}`)).toEqual([
    "administrator: 99999999-0000-0000-0000-000000000000",
    "alert: cpu",
    "database: ledger",
    "diagnostic setting: logs",
    "firewall rule: office",
    "lock: keep",
    `private endpoint: in subnet ${SUBNET}`,
    "virtual endpoint: steady",
  ]);
});

test("parameters that nobody has set, or that nobody can set, are none of its settings", async () => {
  const { managed, flexible } = await startProd();
  const { parameters } = flexible.server(KIND, SERVER) ?? {};
  parameters?.set("ssl", { value: "on", source: "user-override", pendingRestart: false });
  const { settings } = (await managed.capture()).captured;
  const names = Object.keys(settings).filter((name) => name.startsWith("parameters."));
  expect(names.sort()).toEqual(["parameters.log_min_duration_statement", "parameters.max_connections"]);
});

test("what may not be looked at is named, with the action that is lacking", async () => {
  const { managed, flexible } = await startProd();
  const action = "Microsoft.DBforPostgreSQL/flexibleServers/firewallRules/read";
  flexible.faults.deny([action]);
  const { unread } = (await managed.capture()).captured;
  expect(unread).toEqual([`the firewall rules (not allowed: ${action})`]);
});

test("a server that was made again under its name is another one", async () => {
  const { managed, flexible } = await startProd();
  const before = await managed.capture();
  expect(before.problems).toEqual([]);
  const old = flexible.server(KIND, SERVER);
  if (old !== undefined) old.deletedAtMs = flexible.now();
  flexible.createServer({ kind: KIND, name: SERVER });
  expect((await managed.identify()).identity).not.toEqual(before.identity);
  expect(await managed.find(before.captured)).toBeUndefined();
  expect(await managed.reach(before.captured)).toBeUndefined();
  expect(await managed.findNamed(SERVER)).toBeDefined();
});

test("a backup of a server that is at work on something, or is a replica, is worth nothing", async () => {
  const more = { properties: { replicationRole: "AsyncReplica" } };
  const { managed, flexible } = await startProd("azure-postgresql", { more });
  const server = flexible.server(KIND, SERVER);
  if (server !== undefined) server.state = "Updating";
  expect((await managed.identify()).problems).toEqual([
    `server "${SERVER}" is Updating: a backup wants it ready`,
    `server "${SERVER}" is a read replica: name the server that is written to`,
  ]);
});

test("a server can be restored from its first backup on, to ten minutes before now", async () => {
  const { managed, flexible } = await startProd();
  const { captured } = await managed.capture();
  const { earliestSecond, latestSecond } = (await managed.reach(captured)) ?? {};
  const second = flexible.now() / 1000;
  expect(earliestSecond).toBeCloseTo(second - DAY_MS / 1000, -1);
  expect(second - 600 - (latestSecond ?? 0)).toBeLessThan(10);
  expect(second - 600 - (latestSecond ?? 0)).toBeGreaterThanOrEqual(-1);
});

test("the clock is the service's own, not that of this machine", async () => {
  const { managed, flexible } = await startProd();
  flexible.setClockOffset(FOR_LONG_MS);
  expect(Math.abs((await managed.askSecond()) - (Date.now() + FOR_LONG_MS) / 1000)).toBeLessThan(5);
});

test("where a server is asked is its host, at the port of its kind", async () => {
  const { managed } = await startProd("azure-mysql");
  expect(await managed.addressOf(SERVER)).toEqual({
    engine: "mysql",
    host: "ledger.mysql.database.azure.com",
    port: 3306,
  });
  await expect(managed.addressOf("none")).rejects.toThrow(/no flexible server "none"/);
});

async function obstacles(prod: Prod): Promise<readonly string[]> {
  return prod.managed.obstacles(await planNow(prod));
}

test("nothing speaks against a restore that can be carried out", async () => {
  expect(await obstacles(await startProd())).toEqual([]);
  expect(await obstacles(await startProd("azure-mysql"))).toEqual([]);
});

test("a taken name, a closed region, a full quota and missing permissions are told at once", async () => {
  const prod = await startProd();
  const { faults } = prod.flexible;
  faults.takenNames.add(TARGET);
  faults.restricted = "Subscriptions are restricted from provisioning in this region.";
  faults.coresLimit = 6;
  keep(prod.flexible, `${GROUP}/providers/Microsoft.Authorization/permissions/mine`, {
    actions: ["Microsoft.DBforPostgreSQL/*/read", "Microsoft.DBforPostgreSQL/flexibleServers/write"],
    notActions: [],
  });
  expect(await obstacles(prod)).toEqual([
    expect.stringContaining(`the name "${TARGET}" is taken`),
    expect.stringMatching(/no server in Japan East: Subscriptions are restricted/),
    expect.stringMatching(/needs 4 cores more in Japan East, and 4 of 6 of its family/),
    expect.stringMatching(/may not .*flexibleServers\/delete, .*restart\/action/),
  ]);
});

test("a subnet that is gone and a lock that forbids all writing are told", async () => {
  const more = { properties: { network: { delegatedSubnetResourceId: `${NETWORK}/subnets/gone` } } };
  const prod = await startProd("azure-postgresql", { more });
  keep(prod.flexible, `${GROUP}/providers/Microsoft.Authorization/locks/frozen`, {
    properties: { level: "ReadOnly" },
  });
  expect(await obstacles(prod)).toEqual([
    expect.stringMatching(/^subnet ".*gone", .* not there any more$/),
    expect.stringMatching(/^lock ".*frozen" forbids to make a server/),
  ]);
});

test("what may not be asked is left to the restore itself", async () => {
  const prod = await startProd();
  prod.flexible.faults.deny(["Microsoft.DBforPostgreSQL/locations/checkNameAvailability/action"]);
  expect(await obstacles(prod)).toEqual([]);
});

test("the plan names what a restored server will not have", async () => {
  const prod = await startProd();
  const { captured } = await prod.managed.capture();
  const text = (await prod.managed.losses(captured)).join("\n");
  for (const named of ['"steady"', '"keep"', "cannot be renamed", "activity log"])
    expect(text).toContain(named);
});
