import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { BackupOutput } from "../../functions/cli/json/backup.ts";
import { seededRandom } from "../../rehearsal/ledger/random.ts";
import { type Death, expectTrueWindows, killOnce, traffic } from "./kills.ts";
import { type Database, startDatabase, startInstances, startWorld } from "./world.ts";

/** `npm run test:deaths` kills more, and STILLPOINT_SEED repeats what was left to chance. */
const KILLS = Number(process.env["STILLPOINT_KILLS"] ?? 12);
const SEED = process.env["STILLPOINT_SEED"] ?? randomBytes(4).toString("hex");
/** Side by side, each with instances and a catalog of its own: mostly they wait. */
const WORLDS = Math.min(8, Math.ceil(KILLS / 2));
const PER_KILL_MS = 30_000;

let database: Database;
beforeAll(async () => {
  database = await startDatabase();
}, 30_000);
afterAll(() => database[Symbol.asyncDispose]());

test("a backup killed at any moment leaves no instance paused, no false point, and no next backup refused", {
  timeout: PER_KILL_MS * KILLS,
}, async () => {
  const each = Math.ceil(KILLS / WORLDS);
  const deaths = await Promise.all(
    Array.from({ length: WORLDS }, (_, number) => killInOneWorld(each, `${SEED} ${number}`)),
  );
  console.log(summary(deaths.flat()));
});

async function killInOneWorld(kills: number, seed: string): Promise<readonly Death[]> {
  const random = seededRandom(seed);
  await using instances = await startInstances();
  await using world = await startWorld(database, instances.addresses);
  const stop = traffic(instances, random);
  const deaths: Death[] = [];
  for (let kill = 0; kill < kills; kill++) deaths.push(await killOnce(world, instances, random));
  const { stdout } = await world.startUnhurried("backup", "--json").ended;
  expect(BackupOutput.parse(JSON.parse(stdout))).toMatchObject({ verdict: "valid", stillPaused: [] });
  await expectTrueWindows(world, instances.gates);
  await stop();
  return deaths;
}

function summary(deaths: readonly Death[]): string {
  const counts = Map.groupBy(deaths, ({ moment }) => moment);
  const most = (of: (death: Death) => number) => Math.max(0, ...deaths.map(of)).toFixed(0);
  return [
    `${deaths.length} kills (STILLPOINT_SEED=${SEED}): ${[...counts].map(([moment, those]) => `${those.length} when ${moment}`).join(", ")}`,
    `  an instance was closed for at most ${most(({ shutMs }) => shutMs)} ms after a death, and opened at most ${most(({ overdueMs }) => overdueMs)} ms after its deadline`,
  ].join("\n");
}
