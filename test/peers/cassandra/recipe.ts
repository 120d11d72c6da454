import { expect, test } from "vitest";
import { VerifyOutput } from "../../../functions/cli/json/gates.ts";
import { writeNodeTool } from "../../../rehearsal/cassandra-server/node-tool.ts";
import { putSnapshotBack } from "../../../rehearsal/cassandra-server/snapshot-files.ts";
import { stillpoint } from "../stillpoint.ts";
import { backUpUnderLoad, expectBankOf, expectGoingOn, stopAndSetAside, type World } from "./steps.ts";

/** The way without Cassy. */
export function describeRecipe(of: () => World): void {
  test("a snapshot that nodetool takes inside the window, put back by hand, is the bank of that window", async () => {
    const world = of();
    const opening = await world.totals();
    const nodetool = await writeNodeTool(world.folder);
    const nodes = world.cluster.nodes.map(({ address }) => address).join(" ");
    const command = `pids=; for node in ${nodes}; do
      ${nodetool} -h $node snapshot -t "$STILLPOINT_PAUSE" & pids="$pids $!"
    done; for pid in $pids; do wait $pid || exit 1; done`;
    const backup = await backUpUnderLoad(world, world.byCommand, ["--run", command], "valid");
    await world.ruin();

    await world.stopInstances();
    const aside = await stopAndSetAside(world);
    for (const [index, { dataDir }] of world.cluster.nodes.entries())
      expect(await putSnapshotBack(aside[index] ?? "", backup.pause, dataDir)).toBeGreaterThan(40);
    const startedMs = performance.now();
    await world.cluster.start();
    console.log(
      `Held ${backup.heldMs | 0} ms; nodes started on a snapshot in ${(performance.now() - startedMs) | 0} ms`,
    );
    expectBankOf(backup, opening, await world.totals());
    const verified = await stillpoint(world.byCommand, VerifyOutput, "verify", "--live");
    expect(verified).toMatchObject({ status: 0, said: { report: { findings: [] } } });
    await world.scalardb.startServers();
    await expectGoingOn(world);
  });
}
