import { once } from "node:events";
import { expect, test, vi } from "vitest";
import { StatusOutput, SweepOutput } from "../../../functions/cli/json/gates.ts";
import type { AdminClients } from "../../../shared/admin/admin-clients.ts";
import { startStillpoint, stillpoint } from "../stillpoint.ts";
import { untilAll } from "./gates.ts";
import { backUpUnderLoad, followToTheEnd, type World } from "./steps.ts";

const BRIEF = { longest: "20s", drainWait: "5s", rpcDeadline: "2s" };
const LONGEST = { timeout: 60_000, interval: 100 };

/** Cassy's own pause, with everything alive and with everything dead. */
export function describeDeath(of: () => World, admin: AdminClients): void {
  test("Cassy's own pause of servers under load gives a point that was only observed", async () => {
    const world = of();
    const backup = await backUpUnderLoad(world, world.byCassy, [], "observed");
    console.log(`Seen paused for ${(backup.window.endMs - backup.window.startMs) | 0} ms`);
    expect(await followToTheEnd(world, backup.point)).toMatchObject({ state: "complete" });
  });

  test("where Cassy is killed inside its pause, and the host of the backup too, the sweep opens every server", async () => {
    const world = of();
    const place = await world.place("cassy", BRIEF);
    // What a failed test left unsettled would have this backup refused.
    await vi.waitFor(async () => {
      expect(await stillpoint(place, SweepOutput, "sweep")).toMatchObject({ said: { records: [] } });
    }, LONGEST);
    const never = new Promise<never>(() => {});
    for (const { address } of world.cluster.nodes) world.cassy().faults.snapshotsWaitFor.set(address, never);
    const backup = startStillpoint(place, "backup");
    await untilAll(world, admin, "closed");
    await world.cassy().kill();
    // Its backup would open everything by itself, and so would its guard.
    backup.kill("SIGKILL");
    await once(backup, "close");
    const { said: status } = await stillpoint(place, StatusOutput, "status");
    const [guard] = status.sweeps.filter(({ kind, state }) => kind === "guard" && state === "alive");
    process.kill(guard?.process ?? Number.NaN, "SIGKILL");
    const early = await stillpoint(place, SweepOutput, "sweep");
    expect(early).toMatchObject({ status: 0, said: { records: [{ kind: "not-due" }] } });
    await untilAll(world, admin, "closed");
    const [record] = early.said.records;
    const deadlineMs = record?.kind === "not-due" ? record.deadlineMs : Number.NaN;
    await vi.waitFor(() => expect(Date.now()).toBeGreaterThan(deadlineMs), LONGEST);
    await stillpoint(place, SweepOutput, "sweep");
    await untilAll(world, admin, "open");
    console.log(`Open ${Date.now() - deadlineMs} ms after the deadline`);
  });
}
