import { afterAll, beforeAll, describe } from "vitest";
import { AdminClients } from "../../../shared/admin/admin-clients.ts";
import { describeDeath } from "../cassandra/death.ts";
import { describeDefects } from "../cassandra/defects.ts";
import { startWorld, type World } from "../cassandra/steps.ts";

describe("a bank on real ScalarDB Servers over a real Cassandra of three nodes", () => {
  const admin = new AdminClients({ clock: () => performance.now() });
  let world: World;
  beforeAll(async () => {
    world = await startWorld();
  });
  afterAll(async () => {
    admin.close();
    await world?.[Symbol.asyncDispose]();
  });

  describeDefects(() => world, admin);
  // Last: the killed backup's lease outlives it.
  describeDeath(() => world, admin);
});
