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
    expect(run, told).toMatchObject({ state: "done" });
    expect(status).toBe(0);
    expect(run.result).toMatchObject({ copies: { proof: { kind: "proven" } }, settingsDifferences: {} });
    console.log(`Held ${backup.heldMs | 0} ms; restored nodes started in ${startMs | 0} ms`);
    expectBankOf(backup, opening, await world.totals());
    await world.scalardb.startServers();
    await expectGoingOn(world);
  });

  // Cassy does not carry an index's files, but carries along that it is built.
  test("an index of what Cassy has restored finds nothing old until nodetool has rebuilt it on every node", async () => {
    const world = of();
    const found = async () => {
      const [byIndex, all] = await withCql(world.cluster, (client) =>
        Promise.all([
          client.execute("SELECT id FROM app.account WHERE region = 'eu' AND balance >= 0 ALLOW FILTERING"),
          client.execute("SELECT id, region FROM app.account"),
        ]),
      );
      return { byIndex: byIndex.rows.length, there: all.rows.filter((row) => row["region"] === "eu").length };
    };
    const before = await found();
    expect(before.byIndex).toBeLessThan(before.there);
    const rebuild = ["rebuild_index", "app", "account", "account_index_region"];
    await Promise.all(world.cluster.nodes.map((node) => nodeTool(node, rebuild)));
    const after = await found();
    expect(after.byIndex).toBe(after.there);
  });
}
