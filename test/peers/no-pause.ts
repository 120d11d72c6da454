import { setTimeout as delay } from "node:timers/promises";
import { expect } from "vitest";
import { ShowOutput } from "../../functions/cli/json/catalog.ts";
import { RestoreOutput } from "../../functions/cli/json/run.ts";
import type { Call, Load } from "../../rehearsal/ledger/clients.ts";
import { DEPLOYMENT } from "../../rehearsal/rehearsal-world.ts";
import type { ScalardbWorld } from "../../rehearsal/scalardb-world.ts";
import { secondText } from "../../shared/verify/time-text.ts";
import { stillpoint } from "./stillpoint.ts";

const WORK_MS = 1_500;
/** A whole second with a guard of 252 ms on both sides fits in, wherever in a second it begins. */
const REST_MS = 2_700;
const BURSTS = 3;

/**
 * Clients work and rest in turn, as people do, with nobody pausing the servers, until all servers are lost in the middle
 * of the work. One of them has died and come back before.
 */
export async function disasterUnderLoad(
  world: ScalardbWorld,
  start: () => Load,
): Promise<{ readonly calls: readonly Call[]; readonly struckMs: number }> {
  const calls: Call[] = [];
  for (let burst = 0; burst < BURSTS; burst += 1) {
    const load = start();
    await delay(WORK_MS);
    if (burst === 0) await world.scalardb.crashServer(0);
    calls.push(...(await load.stop()));
    await delay(REST_MS);
  }
  const load = start();
  await delay(WORK_MS);
  const struckMs = world.now();
  await Promise.all(world.scalardb.servers().map((server) => server.process.kill()));
  calls.push(...(await load.stop()));
  await world.stopInstances();
  return { calls, struckMs };
}

/** Restores to the quiet second nearest before a time, in place, and answers which second it was. */
export async function restoreNearest(world: ScalardbWorld, atMs: number): Promise<number> {
  const time = secondText(Math.floor(atMs / 1000));
  const args = ["restore", "--nearest", time, "--confirm", DEPLOYMENT];
  const { status, said } = await stillpoint(world, RestoreOutput, ...args);
  expect(said.error).toBeUndefined();
  expect(said).toMatchObject({ state: "done", mode: "in-place" });
  expect(said.result).toMatchObject({
    copies: { proof: { kind: "proven" } },
    replaced: { proof: { kind: "proven" } },
    settingsDifferences: {},
  });
  expect(status).toBe(0);
  const shown = (await stillpoint(world, ShowOutput, "show", said.point)).said;
  const second = "point" in shown ? shown.point.quiet?.provenSecond : undefined;
  if (second === undefined) throw new Error(`"${said.point}" says of no second that it was proven`);
  return second;
}
