import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BackupOutput } from "../../functions/cli/json/backup.ts";
import { ERRORS } from "../../shared/errors/table.ts";
import { guardsIn, isAlive } from "../cli/guards.ts";
import { until } from "../cli/until.ts";
import { areOpen, type Database, newWorld, startDatabase, untilShut } from "./world.ts";

let database: Database;
beforeAll(async () => {
  database = await startDatabase();
}, 30_000);
afterAll(() => database[Symbol.asyncDispose]());

// Mostly they wait.
describe.concurrent("a backup that holds instances", () => {
  test.for(["SIGINT", "SIGTERM", "SIGHUP"] as const)(
    "opens them at %s, and is invalid",
    async (signal, context) => {
      const { instances, world } = await newWorld(context, database);
      const backup = world.start("backup", "--json");
      await untilShut(backup, instances);
      backup.child.kill(signal);
      const { status, stdout } = await backup.ended;
      expect(areOpen(instances)).toBe(true);
      const result = BackupOutput.parse(JSON.parse(stdout));
      expect(result).toMatchObject({ verdict: "invalid", stillPaused: [], error: { code: "INTERRUPTED" } });
      expect(status).toBe(ERRORS.INTERRUPTED.exit);
      await until(async () => !(await guardsIn(world.catalog)).some(isAlive));
    },
  );
});
