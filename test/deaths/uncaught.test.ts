import { afterAll, beforeAll, expect, test } from "vitest";
import { BackupOutput } from "../../functions/cli/json/backup.ts";
import { ERRORS } from "../../shared/errors/table.ts";
import { guardsIn, isAlive } from "../cli/guards.ts";
import { until } from "../cli/until.ts";
import { accidentProne } from "./accident-prone.ts";
import {
  areShut,
  type Database,
  type Instances,
  startDatabase,
  startInstances,
  startWorld,
  type World,
} from "./world.ts";

let database: Database;
let instances: Instances;
let world: World;
beforeAll(async () => {
  database = await startDatabase();
  instances = await startInstances();
  world = await startWorld(database, instances.addresses);
}, 30_000);
afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await instances[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

const isSettled = async () => (await world.records()).every(({ state }) => state === "closed");

test.each([
  { signal: "SIGUSR2", says: "thrown where nobody catches" },
  { signal: "SIGWINCH", says: "rejected where nobody catches" },
] as const)(
  "an error $says is told, and opens the gates before it ends the backup",
  async ({ signal, says }) => {
    const backup = world.startIn(accidentProne(), "backup", "--json");
    await until(() => areShut(instances));
    backup.child.kill(signal);
    const { status, stdout, stderr } = await backup.ended;
    expect(instances.gates.map(({ gate }) => gate.checkPaused())).toEqual([false, false]);
    const result = BackupOutput.parse(JSON.parse(stdout));
    expect(result).toMatchObject({ verdict: "invalid", stillPaused: [], error: { code: "INTERNAL" } });
    expect(result.error?.message).toContain(`${says}; every instance that it had paused is open again`);
    expect(stderr).toContain(`error INTERNAL: nobody caught this: Error: ${says}`);
    expect(status).toBe(ERRORS.INTERNAL.exit);
    const [record] = (await world.records()).slice(-1);
    expect(record).toMatchObject({ state: "closed", verdict: { kind: "invalid" } });
  },
);

test("a second such error ends the backup at once, says what may be paused, and leaves it to the guard", async () => {
  const [stubborn] = instances.gates;
  // An instance that takes the Unpause and stays shut keeps the backup at it.
  const unpause = stubborn?.gate.unpause;
  Object.assign(stubborn?.gate ?? {}, { unpause: () => {} });
  const backup = world.startIn(accidentProne(), "backup");
  await until(() => areShut(instances));
  backup.child.kill("SIGUSR2");
  await backup.printed("unpausing ");
  backup.child.kill("SIGUSR2");
  const { status, stderr } = await backup.ended;
  expect(stderr).toContain("error STILL_PAUSED: could not end in good order and exiting at once");
  for (const address of instances.addresses) expect(stderr).toContain(`"${address}"`);
  expect(status).toBe(ERRORS.STILL_PAUSED.exit);
  expect(stubborn?.gate.checkPaused()).toBe(true);
  Object.assign(stubborn?.gate ?? {}, { unpause });
  await until(isSettled);
  expect(stubborn?.gate.checkPaused()).toBe(false);
  await until(async () => !(await guardsIn(world.catalog)).some(isAlive));
});
