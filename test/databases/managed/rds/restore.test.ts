import { expect, test } from "vitest";
import { namingOf, RUN_TAG, serverDifferences } from "../../../../shared/restore/managed/settings.ts";
import { LEDGER, planned, prods, RUN, restored, until } from "./prod.ts";

const open = prods();

const KINDS = ["rds", "aurora"] as const;

test.each(KINDS)("a restored server of %s has every setting of its original", async (kind) => {
  const world = await open(kind);
  const { captured } = await world.server.capture();
  const plan = planned(captured);
  expect(await restored(world, plan)).toEqual([]);
  const found = await world.server.findNamed(plan.target);
  expect(serverDifferences(captured, found as never, namingOf(plan, RUN, false))).toEqual(
    kind === "rds"
      ? { "": ['proxy "ledger-proxy" is not there'] }
      : { "": ['proxy "ledger-proxy" is not there', 'custom endpoint "reports" is not there'] },
  );
  expect(found?.tags[RUN_TAG]).toBe(RUN);
  const after = await world.server.findNamed(LEDGER);
  expect(after).toEqual(captured);
});

test("a restored server without what was captured would have little of it", async () => {
  const world = await open("rds");
  const { captured } = await world.server.capture();
  const bare = { ...planned(captured), original: { ...captured, settings: {}, tags: {}, surroundings: [] } };
  const started = await world.server.start(bare, RUN);
  await until(() => world.server.advance(bare, RUN, started));
  const found = await world.server.findNamed(bare.target);
  const lost = serverDifferences(captured, found as never, namingOf(bare, RUN, false))[""] ?? [];
  expect(lost).toEqual(
    expect.arrayContaining([
      "MultiAZ: was true, is false",
      "DeletionProtection: was true, is false",
      'VpcSecurityGroupIds: was ["sg-1","sg-2"], is ["sg-default"]',
      'DBParameterGroupName: was "ledger-16", is "default.postgres16"',
      'alarm "ledger-cpu" is not there',
      'event subscription "everything" is not there',
    ]),
  );
  expect(lost.length).toBeGreaterThan(20);
});

test.each(KINDS)(
  "in place the servers of %s change names, their instances too, and nothing is deleted",
  async (kind) => {
    const world = await open(kind);
    const { captured } = await world.server.capture();
    const plan = planned(captured, "in-place");
    await restored(world, plan);
    const before = await world.server.findNamed(plan.target);
    await until(() => world.server.swap(plan, RUN));
    const [now, kept] = await Promise.all([
      world.server.findNamed(LEDGER),
      world.server.findNamed(plan.kept),
    ]);
    expect(now?.resourceId).toBe(before?.resourceId);
    expect(kept?.resourceId).toBe(captured.resourceId);
    expect(kept?.members.map(({ resourceId }) => resourceId)).toEqual(
      captured.members.map(({ resourceId }) => resourceId),
    );
    // The custom endpoint and the proxy go by the name, as the imitation has it.
    expect(serverDifferences(captured, now as never, namingOf(plan, RUN, true))).toEqual({});
    expect(await world.server.isStanding(captured)).toBe(false);
    expect(await world.server.find(captured)).toMatchObject({ server: plan.kept });
    // Once more: nothing is left to do.
    expect(await world.server.swap(plan, RUN)).toBe(true);
  },
);

test.each(KINDS)(
  "what a run has made of %s is deleted with its protection, and nothing else",
  async (kind) => {
    const world = await open(kind);
    const { captured } = await world.server.capture();
    const plan = planned(captured);
    await restored(world, plan);
    let asked = 0;
    const guard = async () => {
      asked++;
    };
    await until(() => world.server.remove(plan, RUN, guard));
    expect(asked).toBeGreaterThan(1);
    expect(await world.server.findNamed(plan.target)).toBeUndefined();
    expect(await world.server.findNamed(LEDGER)).toEqual(captured);
    expect([...world.rds.world.alarms.keys()]).toEqual(["ledger-cpu", "other-cpu"]);
    expect(world.rds.world.subscriptions.map(({ sources }) => sources)).toEqual([
      ["other", LEDGER],
      ["other"],
    ]);
  },
);

test("a server of the planned name that another run has made is neither used nor deleted", async () => {
  const world = await open("rds");
  const { captured } = await world.server.capture();
  const plan = planned(captured);
  await restored(world, plan, "restore-of-somebody-else");
  await expect(world.server.start(plan, RUN)).rejects.toMatchObject({ code: "PLAN_OUTDATED" });
  await expect(world.server.remove(plan, RUN, async () => undefined)).rejects.toMatchObject({
    code: "RESTORE_BLOCKED",
    message: expect.stringMatching(/does not carry the tag of run/),
  });
  expect(await world.server.obstacles(plan)).toContain(`the name "${plan.target}" is taken`);
});

test("a guard that objects keeps everything from being deleted", async () => {
  const world = await open("rds");
  const { captured } = await world.server.capture();
  const plan = planned(captured);
  await restored(world, plan);
  const guard = () => Promise.reject(new Error("overtaken"));
  await expect(world.server.remove(plan, RUN, guard)).rejects.toThrow("overtaken");
  expect(await world.server.findNamed(plan.target)).toBeDefined();
});
