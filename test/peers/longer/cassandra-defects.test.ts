import { afterAll, beforeAll, beforeEach, describe } from "vitest";
import { AdminClients } from "../../../shared/admin/admin-clients.ts";
import { describeDeath } from "../cassandra/death.ts";
import { describeDefects } from "../cassandra/defects.ts";
import { describeRecipe } from "../cassandra/recipe.ts";
import { startWorld, tidied, type World } from "../cassandra/steps.ts";

const BUSY = { timeout: 240_000 };

describe("a bank on real ScalarDB Servers over a real Cassandra of three nodes", BUSY, () => {
  const admin = new AdminClients({ clock: () => performance.now() });
  let world: World;
  beforeAll(async () => {
    world = await startWorld();
  }, BUSY.timeout);
  beforeEach(async () => {
    world = await tidied(world);
  }, BUSY.timeout);
  afterAll(async () => {
    admin.close();
    await world?.[Symbol.asyncDispose]();
  });

  describeRecipe(() => world);
  describeDefects(() => world, admin);
  // Last: the killed backup's lease outlives it.
  describeDeath(() => world, admin);
});
