import { expect, test } from "vitest";
import { follow } from "../../../../shared/databases/managed/follow.ts";
import { connect } from "../../../../shared/databases/managed/rds/connection.ts";
import { settle } from "../../../../shared/databases/managed/rds/settle.ts";
import { refusals } from "../../../../shared/restore/managed/plan.ts";
import { LEDGER, planned, prods, RUN, restored, until } from "./prod.ts";

const open = prods();

const KINDS = ["rds", "aurora"] as const;

test.each(KINDS)(
  "a restore of %s whose every answer is lost once, and that is throttled, ends all the same",
  async (kind) => {
    const world = await open(kind);
    const { captured } = await world.server.capture();
    const plan = planned(captured, "in-place");
    const { faults } = world.rds.world;
    for (const action of [
      "RestoreDBInstanceToPointInTime",
      "RestoreDBClusterToPointInTime",
      "CreateDBInstance",
      "ModifyDBInstance",
      "ModifyDBCluster",
      "AddRoleToDBInstance",
    ])
      faults.loseAnswers(action, 1);
    faults.throttle(2);
    expect(await restored(world, plan)).toEqual([]);
    faults.loseAnswers(kind === "rds" ? "ModifyDBInstance" : "ModifyDBCluster", 1);
    await until(() => world.server.swap(plan, RUN));
    expect((await world.server.find(captured))?.server).toBe(plan.kept);
    const names = world.rds.world.resources.filter(({ gone }) => !gone).map(({ name }) => name);
    expect(names).toHaveLength(kind === "rds" ? 2 : 6);
  },
);

test("everything that keeps a restore from beginning is told at once", async () => {
  const world = await open("rds");
  const { captured } = await world.server.capture();
  const plan = planned(captured);
  const { groups, quotas } = world.rds.world;
  groups.parameter.clear();
  groups.subnet.clear();
  groups.option.clear();
  quotas.set("DBInstances", 1);
  world.rds.add({ kind: "instance", name: plan.kept, fields: { Engine: "postgres" } });
  expect([...(await world.server.obstacles(plan))].sort()).toEqual([
    'option group "ledger-options", which the restored server needs, is not there',
    'parameter group "ledger-16", which the restored server needs, is not there',
    'subnet group "ledger-subnets", which the restored server needs, is not there',
    `the name "${plan.kept}" is taken`,
    'the quota DBInstances of region "ap-northeast-1" has no room: 2 of 1 are used, 1 are needed',
  ]);
});

test("a second outside of what can be restored is refused with the span, and nothing is made", async () => {
  const world = await open("aurora");
  const { captured } = await world.server.capture();
  const plan = { ...planned(captured), atSecond: captured.createdSecond - 10 };
  await expect(world.server.start(plan, RUN)).rejects.toMatchObject({
    code: "DATABASE_REFUSED",
    message: expect.stringMatching(
      /cannot restore "payments-ledger" as "payments-ledger-sp-0a1b2c3d".*not within/,
    ),
  });
  expect(await world.server.findNamed(plan.target)).toBeUndefined();
  const reach = await world.server.reach(captured);
  const looked = {
    name: "main",
    atSecond: plan.atSecond,
    atBackup: captured,
    now: captured,
    canRename: true,
  };
  expect(refusals({ ...looked, ...(reach && { reach }), obstacles: [], losses: [] }, "in-place")).toEqual([
    expect.stringMatching(/^server "payments-ledger" can be restored from .* on, which is after /),
  ]);
});

test("what the service refuses to set is told once, and the rest is set", async () => {
  const world = await open("rds");
  const { captured } = await world.server.capture();
  world.rds.world.faults.refuseParameter("MonitoringInterval", "Enhanced Monitoring is not supported here.");
  const refused = await restored(world, planned(captured));
  expect(refused).toEqual([
    expect.stringMatching(/cannot put back Monitoring of "payments-ledger-sp-0a1b2c3d".*not supported here/),
  ]);
  const found = await world.server.findNamed(planned(captured).target);
  expect(found?.settings["PreferredMaintenanceWindow"]).toBe("sun:18:00-sun:19:00");
  expect(found?.settings["Monitoring"]).toBeNull();
});

test("a change that is taken without any effect is not asked for again and again", async () => {
  const { rds, server } = await open("rds");
  const { captured } = await server.capture();
  const plan = planned(captured);
  rds.world.faults.ignoreParameter("PreferredMaintenanceWindow");
  await server.start(plan, RUN);
  await until(() => server.advance(plan, RUN, {}));
  const connection = connect({ region: rds.world.region, endpoint: rds.endpoint });
  const refused: string[] = [];
  await until(async () => {
    const settled = await settle(connection, plan, RUN, 1);
    refused.push(...settled.refused);
    return settled.done;
  });
  connection.close();
  expect(refused.at(-1)).toMatch(/without any effect that can be seen: PreferredMaintenanceWindow/);
});

test("a missing permission is told with the call, and what cannot be looked at is noted", async () => {
  const { rds, server } = await open("rds");
  rds.world.faults.deny(["DescribeDBProxies", "DescribeEventSubscriptions", "DescribeAlarms"]);
  const { captured } = await server.capture();
  expect(captured.unread).toHaveLength(3);
  expect(captured.unread.join()).toMatch(/the proxies: .*rds:DescribeDBProxies/);
  rds.world.faults.deny(["DescribeDBInstances"]);
  await expect(server.capture()).rejects.toMatchObject({ code: "DATABASE_DENIED" });
});

test("a server that is not worth a backup is told why", async () => {
  const { rds, server } = await open("rds");
  const problemsWith = async (change: Record<string, unknown>) => {
    const [resource] = rds.world.resources;
    const before = { ...resource?.fields };
    Object.assign(resource?.fields ?? {}, change);
    const { problems } = await server.identify();
    if (resource) resource.fields = before;
    return problems;
  };
  expect(await problemsWith({})).toEqual([]);
  expect(await problemsWith({ BackupRetentionPeriod: "0" })).toEqual([
    'instance "payments-ledger" has no automated backups (retention of 0 days)',
  ]);
  expect(await problemsWith({ Engine: "oracle-ee" })).toEqual([
    'instance "payments-ledger" runs oracle-ee: ScalarDB works on PostgreSQL, MySQL and MariaDB',
  ]);
  expect(await problemsWith({ ReadReplicaSourceDBInstanceIdentifier: "main" })).toEqual([
    'instance "payments-ledger" is a read replica of "main": name the server that is written to',
  ]);
  expect(await problemsWith({ DBClusterIdentifier: "all" })).toEqual([
    'instance "payments-ledger" belongs to cluster "all": name the cluster, with service "aurora"',
    expect.stringContaining("cannot be restored to any time yet"),
  ]);
  rds.world.resources[0]?.phases.push({ status: "storage-full", untilMs: Number.POSITIVE_INFINITY });
  expect((await server.identify()).problems).toEqual([
    'instance "payments-ledger" is storage-full: a backup wants it available',
  ]);
});

test("a server that was made again has another identity, and a backup of the one before has failed", async () => {
  const { rds, server } = await open("rds");
  const { captured } = await server.capture();
  const { identity } = await server.identify();
  expect(await follow(server, captured, Date.now() + 600_000)).toMatchObject({ kind: "pending" });
  expect(await follow(server, captured, Date.now() - 60_000)).toEqual({ kind: "complete" });
  const [first] = rds.world.resources;
  if (first) first.gone = true;
  rds.add({ kind: "instance", name: LEDGER, fields: first?.fields ?? {} });
  expect((await server.identify()).identity).not.toEqual(identity);
  expect(await follow(server, captured, Date.now() - 60_000)).toEqual({
    kind: "failed",
    because: expect.stringMatching(/server "payments-ledger" \(db-\d+\) is not there any more/),
  });
});

test("a service that gave a server up ends the restore, and what it made is removed", async () => {
  const world = await open("rds");
  const { captured } = await world.server.capture();
  const plan = planned(captured);
  await world.server.start(plan, RUN);
  const made = world.rds.world.resources.at(-1);
  if (made) made.phases = [{ status: "incompatible-network", untilMs: Number.POSITIVE_INFINITY }];
  await expect(until(() => world.server.advance(plan, RUN, {}))).rejects.toMatchObject({
    code: "DATABASE_REFUSED",
    message: expect.stringMatching(/gave up "payments-ledger-sp-0a1b2c3d" \(incompatible-network\)/),
  });
});

test("the clock of the service is that of its answers", async () => {
  const { server } = await open("rds", { clockOffsetMs: 90_000 });
  const second = await server.askSecond();
  expect(Math.abs(second - Math.floor((Date.now() + 90_000) / 1000))).toBeLessThanOrEqual(1);
});

test("names are not swapped with a server that somebody else has put in the way", async () => {
  const world = await open("rds");
  const { captured } = await world.server.capture();
  const plan = planned(captured, "in-place");
  await restored(world, plan);
  world.rds.add({ kind: "instance", name: plan.kept, fields: { Engine: "postgres" } });
  await expect(world.server.swap(plan, RUN)).rejects.toMatchObject({
    code: "RESTORE_BLOCKED",
    message: expect.stringMatching(
      /another server has the name "payments-ledger-before-0a1b2c3d". No server was deleted/,
    ),
  });
  expect((await world.server.find(captured))?.server).toBe(LEDGER);
});
