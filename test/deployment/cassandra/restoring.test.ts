import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { abandonRestore } from "../../../shared/deployment/abandon-restore.ts";
import { planRestore } from "../../../shared/deployment/plan-restore.ts";
import { runRestore } from "../../../shared/deployment/run-restore.ts";
import { codeOf, messageOf } from "../../../shared/errors/stillpoint-error.ts";
import { CapturedCassandra } from "../../../shared/restore/cassandra/captured.ts";
import type { RestoreEvent } from "../../../shared/restore/restore-plan.ts";
import { ADDRESSES, tableOf } from "../../rehearsal/cassy/folder-nodes.ts";
import { DEPLOYMENT, POINT, type RestoredWorld, restoredWorld } from "./restored-world.ts";

process.env["AWS_ACCESS_KEY_ID"] = "test";
process.env["AWS_SECRET_ACCESS_KEY"] = "test";

const [FIRST, SECOND, THIRD] = ADDRESSES;
const choice = { kind: "id", id: POINT } as const;

/** What people do at the nodes who have read the plan. */
async function stopAndEmpty({ running, nodes }: RestoredWorld, addresses = [...ADDRESSES]): Promise<void> {
  for (const address of addresses) {
    running.delete(address);
    await nodes.empty(address);
  }
}

/** Whoever reads the advice starts the nodes. */
function run(world: RestoredWorld, id: string, confirm?: string) {
  const report = (event: RestoreEvent) => {
    if (event.kind === "advice" && event.text.includes("start Cassandra"))
      for (const address of ADDRESSES) world.running.add(address);
  };
  return runRestore(world.open, id, { report, ...(confirm !== undefined && { confirm }) });
}

async function refusal(work: Promise<unknown>): Promise<readonly [code: string, message: string]> {
  const error = await work.then(
    () => new Error("it was done"),
    (reason: unknown) => reason,
  );
  return [codeOf(error), messageOf(error)];
}

test.for(["node", "cluster"] as const)(
  "a snapshot that Cassy took by type %s comes back to every node, once nodes are stopped and empty",
  async (type) => {
    const world = await restoredWorld(type);
    const { id } = await planRestore(world.open, { choice, mode: "in-place" });
    expect(await refusal(run(world, id))).toEqual([
      "CONFIRMATION_NEEDED",
      expect.stringMatching(/has Cassy replace all that "10\.0\.0\.1", .* hold by snapshot/),
    ]);
    expect(await refusal(run(world, id, DEPLOYMENT))).toEqual([
      "NODES_RUNNING",
      expect.stringMatching(/Cassandra runs on "10\.0\.0\.1" \(port 9042 is open\).*Nothing was changed/),
    ]);
    // A plan of which nothing was done holds no lease.
    expect((await world.open.catalog.runs.get(id)).record.state).toBe("planned");
    await stopAndEmpty(world);
    const result = await run(world, id, DEPLOYMENT);
    expect(result).toMatchObject({
      kind: "cassandra",
      settingsDifferences: {},
      clusters: [{ nodes: [...ADDRESSES] }],
    });
    for (const address of ADDRESSES) {
      const data = join(world.nodes.dataDir(address), tableOf("bank"), "nb-1-big-Data.db");
      expect(await readFile(data, "utf8")).toBe(`rows of ${address}`);
    }
    expect((await world.open.catalog.runs.get(id)).record.state).toBe("done");
  },
);

test("a node on which Cassy fails is emptied and restored again, and the others are left as they are", async () => {
  const world = await restoredWorld("node");
  const { id } = await planRestore(world.open, { choice, mode: "in-place" });
  await stopAndEmpty(world);
  await world.nodes.write(SECOND, "bank", "nb-1-big-Data.db", "left behind by somebody");
  const [code, message] = await refusal(run(world, id, DEPLOYMENT));
  expect(code).toBe("RESTORE_BLOCKED");
  expect(message).toMatch(/failed to restore "10\.0\.0\.2" of cluster "ledger" \(try 1/);
  expect((await world.open.catalog.runs.get(id)).record.state).toBe("failed");
  await stopAndEmpty(world, [SECOND]);
  await run(world, id);
  expect(await readdir(join(world.nodes.dataDir(SECOND), tableOf("bank")))).toContain("nb-2-big-Data.db");
  const entries = await world.client.restores(await snapshotOf(world));
  expect(entries.map(({ node, status }) => `${node} ${status}`).toSorted()).toEqual([
    `${FIRST} completed`,
    `${SECOND} completed`,
    `${SECOND} failed`,
    `${THIRD} completed`,
  ]);
  const { record } = await world.open.catalog.runs.get(id);
  expect([record.state, record.resumedAfter]).toEqual(["done", undefined]);
});

async function snapshotOf({ open }: RestoredWorld) {
  const { record } = await open.catalog.points.get(POINT);
  const { snapshot } = CapturedCassandra.parse(record.databases[0]?.captured);
  if (snapshot === undefined) throw new Error("the point has a snapshot");
  return snapshot;
}

test("a plan is refused where the bucket lacks a file, and says of which node", async () => {
  const world = await restoredWorld("node");
  world.lose((key) => key.includes(`/${SECOND}/bank/`) && key.endsWith("nb-2-big-Index.db"));
  expect(await refusal(planRestore(world.open, { choice, mode: "side-by-side" }))).toEqual([
    "PLAN_REFUSED",
    expect.stringMatching(
      /leave out --side-by-side.*does not hold all of snapshot .*10\.0\.0\.2.*nb-2-big-Index\.db.*nothing was touched/,
    ),
  ]);
});

test("a run is abandoned at any time, frees its lease and tells how the nodes stand", async () => {
  const world = await restoredWorld("node");
  const { id } = await planRestore(world.open, { choice, mode: "in-place" });
  await stopAndEmpty(world);
  await world.nodes.write(THIRD, "system", "nb-1-big-Data.db", "left behind");
  expect((await refusal(run(world, id, DEPLOYMENT)))[0]).toBe("RESTORE_BLOCKED");
  const removed = await abandonRestore(world.open, id, { report: () => {} });
  expect(removed).toEqual({
    kind: "cassandra",
    left: ADDRESSES.map((node) =>
      expect.stringMatching(
        `^node ${node}: Cassy's last restore of snapshot .* is ${node === THIRD ? "failed" : "completed"}$`,
      ),
    ),
  });
  expect(await readdir(world.nodes.dataDir(FIRST))).toEqual(["bank", "system"]);
  const again = await planRestore(world.open, { choice, mode: "in-place" });
  await stopAndEmpty(world);
  await run(world, again.id, DEPLOYMENT);
});
