import { expect, test } from "vitest";
import { RUN_TAG } from "../../../../shared/restore/managed/settings.ts";
import { FOR_LONG_MS } from "../../../rehearsal/flexible-servers/azure.ts";
import {
  differences,
  keep,
  type Prod,
  planNow,
  RUN,
  restoreNow,
  SERVER,
  settleNow,
  startProd,
  TARGET,
  until,
} from "./prod.ts";

const WRITE = "Microsoft.DBforPostgreSQL/flexibleServers/write";

test("a restored PostgreSQL server has what its original has, but for what the plan names", async () => {
  const prod = await startProd();
  const planned = await restoreNow(prod);
  expect(await differences(prod, planned)).not.toEqual([]);
  expect(await settleNow(prod, planned)).toEqual([]);
  expect(await differences(prod, planned)).toEqual([
    'lock "keep" is not there',
    'virtual endpoint "steady" is not there',
  ]);
});

test("a restored MySQL server has its time zone and event scheduler again", async () => {
  const prod = await startProd("azure-mysql");
  prod.flexible.faults.hiddenLooks = 2;
  const planned = await restoreNow(prod);
  expect(await differences(prod, planned)).toContain('parameters.time_zone: was "+09:00", is not set');
  expect(await settleNow(prod, planned)).toEqual([]);
  expect(await differences(prod, planned)).toEqual(['lock "keep" is not there']);
  const { parameters } = prod.flexible.server("mysql", TARGET) ?? {};
  expect(parameters?.get("event_scheduler")).toMatchObject({ value: "OFF" });
  expect(parameters?.get("innodb_buffer_pool_instances")).toMatchObject({ pendingRestart: false });
});

test("a restore that dies after every step goes on in another process, and ends the same", async () => {
  const prod = await startProd("azure-postgresql", { pace: { restoreMs: 20, resourceMs: 5, standbyMs: 20 } });
  const planned = await planNow(prod);
  const started = await prod.reopen().start(planned, RUN);
  expect(await prod.reopen().start(planned, RUN)).toEqual({});
  await until(() => prod.reopen().advance(planned, RUN, started), Boolean);
  const { refused } = await until(
    () => prod.reopen().settle(planned, RUN),
    ({ done }) => done,
  );
  expect(refused).toEqual([]);
  expect(await differences(prod, planned)).toHaveLength(2);
});

test("a restore whose answer was lost is found under its name", async () => {
  const prod = await startProd();
  const planned = await planNow(prod);
  prod.flexible.faults.loseAnswers(WRITE, 1);
  expect(await prod.managed.start(planned, RUN)).toEqual({});
  expect(prod.flexible.server("postgresql", TARGET)?.tags).toMatchObject({ [RUN_TAG]: RUN, team: "ledger" });
});

test("a server of that name that another run has made is left alone", async () => {
  const prod = await startProd();
  const planned = await planNow(prod);
  prod.flexible.createServer({ kind: "postgresql", name: TARGET, tags: { [RUN_TAG]: "another" } });
  const outdated = { code: "PLAN_OUTDATED" };
  await expect(prod.managed.start(planned, RUN)).rejects.toMatchObject(outdated);
  await expect(prod.managed.advance(planned, RUN, {})).rejects.toMatchObject(outdated);
  await expect(prod.managed.settle(planned, RUN)).rejects.toMatchObject(outdated);
});

test("a restore that the service gives up fails with the service's reason, in another process too", async () => {
  const prod = await startProd();
  const planned = await planNow(prod);
  const tooLate = { ...planned, atSecond: Math.floor(prod.flexible.now() / 1000) - 1 };
  const started = await prod.managed.start(tooLate, RUN);
  await expect(until(() => prod.reopen().advance(tooLate, RUN, started), Boolean)).rejects.toMatchObject({
    code: "DATABASE_REFUSED",
    message: expect.stringMatching(/gave up restoring server .*recovery target.*was not touched/),
  });
});

test("a restore of which nothing is there and nobody knows anything is given up", async () => {
  const prod = await startProd();
  const planned = await planNow(prod);
  await expect(prod.managed.advance(planned, RUN, {})).rejects.toThrow(/nothing is there/);
});

test("an operation address that leads elsewhere is not asked", async () => {
  const prod = await startProd();
  const planned = await restoreNow(prod);
  const operation = "https://example.invalid/operations/1";
  expect(await prod.managed.advance(planned, RUN, { operation })).toBe(true);
});

test("a server that never becomes ready is never done, and no failure either", async () => {
  const prod = await startProd();
  prod.flexible.faults.restoresHang = true;
  const planned = await planNow(prod);
  const started = await prod.managed.start(planned, RUN);
  for (let look = 0; look < 3; look++) expect(await prod.managed.advance(planned, RUN, started)).toBe(false);
});

test("a second with a fraction is refused before anything is asked", async () => {
  const prod = await startProd();
  const planned = { ...(await planNow(prod)), atSecond: 1_790_000_000.5 };
  await expect(prod.managed.start(planned, RUN)).rejects.toThrow(/1790000000.5/);
  expect(prod.flexible.server("postgresql", TARGET)).toBeUndefined();
});

test("a refusal to restore names the action that is not allowed", async () => {
  const prod = await startProd();
  const planned = await planNow(prod);
  prod.flexible.faults.deny([WRITE]);
  await expect(prod.managed.start(planned, RUN)).rejects.toMatchObject({
    code: "DATABASE_DENIED",
    message: expect.stringContaining(`may not ${WRITE}`),
  });
});

test("what the service refuses for good is told, and the rest is set", async () => {
  const prod = await startProd();
  prod.flexible.faults.refusedParameters.add("max_connections");
  prod.flexible.faults.deny(["Microsoft.DBforPostgreSQL/flexibleServers/administrators/write"]);
  const planned = await restoreNow(prod);
  const refused = await settleNow(prod, planned);
  expect(refused).toEqual([
    expect.stringMatching(/cannot write ".*\/configurations\/max_connections": .*not allowed/),
    expect.stringMatching(/this identity may not .*administrators\/write/),
  ]);
  expect(await differences(prod, planned)).toEqual(
    expect.arrayContaining(['parameters.max_connections: was "500", is not set']),
  );
  expect(prod.flexible.server("postgresql", TARGET)?.standby).toBe("Healthy");
});

test("a firewall rule that came along and that the original does not have is taken away", async () => {
  const prod = await startProd();
  prod.flexible.faults.restoresKeepFirewall = true;
  const planned = await planNow(prod);
  prod.flexible.server("postgresql", SERVER)?.firewallRules.set("all", {
    startIpAddress: "0.0.0.0",
    endIpAddress: "255.255.255.255",
  });
  const started = await prod.managed.start(planned, RUN);
  await until(() => prod.managed.advance(planned, RUN, started), Boolean);
  await settleNow(prod, planned);
  expect([...(prod.flexible.server("postgresql", TARGET)?.firewallRules.keys() ?? [])]).toEqual(["office"]);
});

test("the standby is waited for, by steps that do not wait themselves", async () => {
  const prod = await startProd("azure-postgresql", { pace: { standbyMs: FOR_LONG_MS } });
  const planned = await restoreNow(prod);
  for (let step = 0; step < 3; step++)
    expect(await prod.managed.settle(planned, RUN)).toMatchObject({ done: false });
  const server = prod.flexible.server("postgresql", TARGET);
  if (server !== undefined) server.standby = "Healthy";
  expect(await settleNow(prod, planned)).toEqual([]);
});

test("a server cannot give its name away", async () => {
  const prod = await startProd();
  expect(prod.managed.canRename).toBe(false);
  await expect(prod.managed.swap(await planNow(prod), RUN)).rejects.toThrow(/cannot be renamed/);
});

test("a private endpoint that may not be made is told", async () => {
  const prod = await startProd();
  prod.flexible.faults.deny(["Microsoft.Network/privateEndpoints/write"]);
  const planned = await restoreNow(prod);
  expect(await settleNow(prod, planned)).toEqual([
    expect.stringContaining("may not Microsoft.Network/privateEndpoints/write"),
  ]);
});

const never = () => Promise.resolve();

test("a server of the run is deleted with its alerts and endpoints, and nothing else", async () => {
  const prod = await startProd();
  const planned = await restoreNow(prod);
  await settleNow(prod, planned);
  expect(made(prod)).toHaveLength(3);
  await until(() => prod.reopen().remove(planned, RUN, never), Boolean);
  expect(prod.flexible.server("postgresql", TARGET)).toBeUndefined();
  expect(prod.flexible.server("postgresql", SERVER)).toBeDefined();
  expect(made(prod)).toEqual([]);
});

/** What hangs on the restored server, by its name or mark. */
function made({ flexible }: Prod): readonly string[] {
  return [...flexible.extensions.keys()].filter(
    (id) => /sp-12345678/.test(id) && !id.includes("diagnosticsettings"),
  );
}

test("a server that carries another run's tag, or that is the original, is never deleted", async () => {
  const prod = await startProd();
  const planned = await restoreNow(prod);
  const blocked = { code: "RESTORE_BLOCKED" };
  await expect(prod.managed.remove(planned, "another", never)).rejects.toMatchObject(blocked);
  const original = prod.flexible.server("postgresql", SERVER);
  if (original !== undefined) original.tags = { [RUN_TAG]: RUN };
  const wrong = { ...planned, target: SERVER };
  await expect(prod.managed.remove(wrong, RUN, never)).rejects.toMatchObject(blocked);
});

test("a guard that throws keeps a server, and a lock is told", async () => {
  const prod = await startProd();
  const planned = await restoreNow(prod);
  const guard = () => Promise.reject(new Error("overtaken"));
  await expect(prod.managed.remove(planned, RUN, guard)).rejects.toThrow("overtaken");
  keep(
    prod.flexible,
    `${prod.flexible.idOf("postgresql", TARGET)}/providers/Microsoft.Authorization/locks/l`,
    {
      properties: { level: "CanNotDelete" },
    },
  );
  await expect(prod.managed.remove(planned, RUN, never)).rejects.toThrow(/locked/);
  expect(prod.flexible.server("postgresql", TARGET)).toBeDefined();
});
