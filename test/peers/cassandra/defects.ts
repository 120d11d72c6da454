import { afterEach, describe, expect, test } from "vitest";
import { BackupOutput } from "../../../functions/cli/json/backup.ts";
import { FailureOutput } from "../../../functions/cli/json/output.ts";
import type { CassandraNode } from "../../../rehearsal/cassandra-server/cassandra-node.ts";
import type { Place } from "../../../rehearsal/scalardb-cassandra-world.ts";
import type { AdminClients } from "../../../shared/admin/admin-clients.ts";
import { openCassy } from "../../../shared/databases/cassandra/open-cassy.ts";
import { ERRORS } from "../../../shared/errors/table.ts";
import { stillpoint } from "../stillpoint.ts";
import { untilAll } from "./gates.ts";
import { followToTheEnd, type World } from "./steps.ts";

const BRIEF = { longest: "20s", drainWait: "5s", rpcDeadline: "2s" };
const CASSY_LIMIT_MS = 60_000;

/** What the real Cassy does when nodes are not as they have to be, on real files. */
export function describeDefects(of: () => World, admin: AdminClients): void {
  describe("with nodes and people that are in each other's way", () => defects(of, admin));
}

function defects(of: () => World, admin: AdminClients): void {
  let letGo = () => {};
  afterEach(() => letGo());

  /** Takes a backup, in which something happens to a node when its snapshot is asked for. */
  async function backUpWhile(place: Place, happens: (node: CassandraNode) => Promise<void> | void) {
    const world = of();
    const node = world.cluster.nodes.at(-1) as CassandraNode;
    world.atSnapshot.set(node.address, () => happens(node));
    const { status, said } = await stillpoint(place, BackupOutput, "backup");
    world.atSnapshot.clear();
    await untilAll(world, admin, "open");
    return { node, status, said };
  }

  test("a node that dies inside the window leaves nothing, whatever Cassy says, and the point fails by its name", async () => {
    const world = of();
    const { node, said } = await backUpWhile(world.guarded, (each) => each.kill());
    expect(said).toMatchObject({ reasons: [], verdict: "valid", stillPaused: [] });
    const followed = await followToTheEnd(world, said.point?.id ?? "");
    expect(followed).toMatchObject({
      state: "failed",
      because: expect.stringContaining(`"${node.address}"`),
    });
    expect(followed.because).toMatch(new RegExp(`node "${node.address}" completed`));
  });

  test("a node that hangs inside the window makes the backup invalid for ever, with every server open in time", async () => {
    const world = of();
    const place = await world.place("guarded", BRIEF);
    const startedMs = performance.now();
    const { status, said } = await backUpWhile(place, ({ process }) => {
      process.suspend();
      letGo = () => process.resume();
    });
    letGo();
    console.log(`Invalid, and all open, ${(performance.now() - startedMs) | 0} ms after the backup began`);
    expect(status).not.toBe(0);
    expect(said).toMatchObject({ verdict: "invalid", stillPaused: [] });
    expect(said).not.toHaveProperty("point");
    expect(said.heldMs).toBeLessThan(20_000);
  });

  test("a second backup is refused while the first is uploaded; one past Stillpoint deletes its files, which is found", async () => {
    const world = of();
    const uploads = Promise.withResolvers<void>();
    letGo = () => {
      world.cassy().faults.commandsWaitFor = undefined;
      uploads.resolve();
    };
    world.cassy().faults.commandsWaitFor = uploads.promise;
    const first = await stillpoint(world.guarded, BackupOutput, "backup");
    expect(first.said).toMatchObject({ verdict: "valid", point: { artifact: "pending" } });
    const second = await stillpoint(world.guarded, FailureOutput, "backup");
    expect(second.status).toBe(ERRORS.NOT_PROTECTED.exit);
    expect(second.said.error.message).toContain("Cassy still uploads snapshot");

    const { host, port } = world.cassy();
    const cassy = openCassy({ host, port });
    const { clusterId } = await cassy.register(world.cluster.nodes[0]?.address ?? "");
    const taken = await cassy.takeBackup({ clusterId, type: "node", withinMs: CASSY_LIMIT_MS });
    expect(taken).toMatchObject({ kind: "taken" });
    letGo();
    const followed = await followToTheEnd(world, first.said.point?.id ?? "");
    expect(followed).toMatchObject({
      state: "failed",
      because: expect.stringMatching(/node "\S+" completed/),
    });
    cassy.close();
  });
}
