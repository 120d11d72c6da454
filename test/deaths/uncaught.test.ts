import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BackupOutput } from "../../functions/cli/json/backup.ts";
import { ERRORS } from "../../shared/errors/table.ts";
import { guardsIn, isAlive } from "../cli/guards.ts";
import { until } from "../cli/until.ts";
import { accidentProne } from "./accident-prone.ts";
import { type Database, isSettled, newWorld, startDatabase, untilShut } from "./world.ts";

let database: Database;
beforeAll(async () => {
  database = await startDatabase();
}, 30_000);
afterAll(() => database[Symbol.asyncDispose]());

// Mostly they wait.
describe.concurrent("an error that nobody catches", () => {
  test.for([
    { signal: "SIGUSR2", says: "thrown where nobody catches" },
    { signal: "SIGWINCH", says: "rejected where nobody catches" },
  ] as const)(
    "an error $says is told, and opens the gates before it ends the backup",
    async ({ signal, says }, context) => {
      const { instances, world } = await newWorld(context, database);
      const backup = world.startIn(accidentProne(), "backup", "--json");
      await untilShut(backup, instances);
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

  test("an error before anything is paused is told, and ends the backup", async (context) => {
    const { world } = await newWorld(context, database);
    const backup = world.startIn(accidentProne(), "backup", "--json");
    await until(async () => (await world.catalog.lease("payments"))?.holder !== undefined);
    backup.child.kill("SIGUSR2");
    const { status, stdout } = await backup.ended;
    expect(JSON.parse(stdout).error.message).toBe("thrown where nobody catches; nothing was paused");
    expect(status).toBe(ERRORS.INTERNAL.exit);
    expect(await world.records()).toEqual([]);
  });

  test("an error that leaves the work hanging ends the backup all the same, which says that all is open", async (context) => {
    const { instances, world } = await newWorld(context, database);
    const backup = world.startIn(accidentProne(), "backup");
    await untilShut(backup, instances);
    backup.child.kill("SIGURG");
    backup.child.kill("SIGUSR2");
    const { status, stderr } = await backup.ended;
    expect(stderr.match(/error INTERNAL: nobody caught this/g)).toHaveLength(2);
    expect(stderr).toContain("error INTERNAL: could not end in good order and exiting at once");
    expect(stderr).toContain("nothing is paused, as far as was seen");
    expect(status).toBe(ERRORS.INTERNAL.exit);
    expect(instances.gates.map(({ gate }) => gate.checkPaused())).toEqual([false, false]);
    await until(() => isSettled(world));
    await until(async () => !(await guardsIn(world.catalog)).some(isAlive));
  });
});
