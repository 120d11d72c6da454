import { expect, test } from "vitest";
import { RestoreOutput } from "../../../functions/cli/json/run.ts";
import { withCql } from "../../../rehearsal/cassandra-server/cql-client.ts";
import { nodeTool } from "../../../rehearsal/cassandra-server/node-tool.ts";
import { DEPLOYMENT } from "../../../rehearsal/rehearsal-world.ts";
import { ERRORS } from "../../../shared/errors/table.ts";
import { stillpoint } from "../stillpoint.ts";
import {
  backUpUnderLoad,
  expectBankOf,
  expectGoingOn,
  followToTheEnd,
  restoreWithNodes,
  stopAndSetAside,
  type World,
} from "./steps.ts";

/** The main job: with Cassy, in our own pause. */
export function describeStory(of: () => World): void {
  test("a bank that Cassy backs up under load comes back whole from the bucket, and goes on", async () => {
    const world = of();
    const opening = await world.totals();
    const backup = await backUpUnderLoad(world, world.guarded, [], "valid");
    expect(await followToTheEnd(world, backup.point)).toMatchObject({ state: "complete" });
    const { overwritten, deleted } = await world.ruin();
    expect(overwritten + deleted).toBeGreaterThan(0);
    expect((await world.totals()).balance).not.toBe(opening.balance);

    const asked = ["restore", "--point", backup.point, "--confirm", DEPLOYMENT] as const;
    const running = await stillpoint(world.guarded, RestoreOutput, ...asked);
    expect(running).toMatchObject({ status: ERRORS.INSTANCES_RUNNING.exit, said: { state: "planned" } });
    await world.stopInstances();
    const answering = await stillpoint(world.guarded, RestoreOutput, ...asked);
    expect(answering).toMatchObject({ status: ERRORS.NODES_RUNNING.exit, said: { state: "planned" } });
    await stopAndSetAside(world);
    const { status, run, told, startMs } = await restoreWithNodes(world, answering.said.run);
    // Whoever started the nodes has left Cassandra's note that the indexes are built, whose files Cassy does not carry.
    expect(told).toMatch(/IndexInfo-\*/);
    expect(status, told).toBe(ERRORS.RESTORE_BLOCKED.exit);
    expect(run.failure?.message).toContain(`nodetool rebuild_index app account ${INDEX}`);
    expect(await rowsInEurope(world)).toMatchObject({ byIndex: 0 });
    await rebuildIndexes(world);
    const resumed = await stillpoint(world.guarded, RestoreOutput, "restore", "resume", run.id, ...CONFIRMED);
    expect(resumed).toMatchObject({ status: 0, said: { state: "done" } });
    const { byIndex, there } = await rowsInEurope(world);
    expect(byIndex).toBe(there);
    const { result } = resumed.said;
    expect(result).toMatchObject({ clusters: [{ indexes: expect.arrayContaining([FOUND]) }] });
    expect(result).toMatchObject({ copies: { proof: { kind: "proven" } }, settingsDifferences: {} });
    console.log(`Held ${backup.heldMs | 0} ms; restored nodes started in ${startMs | 0} ms`);
    expectBankOf(backup, opening, await world.totals());
    await world.scalardb.startServers();
    await expectGoingOn(world);
  });
}

const CONFIRMED = ["--confirm", DEPLOYMENT] as const;
const INDEX = "account_index_region";
const FOUND = {
  keyspace: "app",
  table: "account",
  name: INDEX,
  finds: { kind: "rows", rows: expect.any(Number) },
};

/** By the index, which is used whatever else is asked for, and by reading all. */
async function rowsInEurope({ cluster }: World) {
  const [byIndex, all] = await withCql(cluster, (client) =>
    Promise.all([
      client.execute("SELECT id FROM app.account WHERE region = 'eu'"),
      client.execute("SELECT id, region FROM app.account"),
    ]),
  );
  return { byIndex: byIndex.rows.length, there: all.rows.filter((row) => row["region"] === "eu").length };
}

async function rebuildIndexes({ cluster }: World): Promise<void> {
  const rebuild = ["rebuild_index", "app", "account", INDEX, "account_index_before_region"];
  await Promise.all(cluster.nodes.map((node) => nodeTool(node, rebuild)));
}
