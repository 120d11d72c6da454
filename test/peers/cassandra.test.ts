import { afterAll, beforeAll, describe } from "vitest";
import {
  type ScalardbCassandraWorld,
  startScalardbCassandraWorld,
} from "../../rehearsal/scalardb-cassandra-world.ts";
import { describeRecipe } from "./cassandra/recipe.ts";
import { describeStory } from "./cassandra/story.ts";

/** Java starts several times inside the window, and two cores may have other work. */
const PAUSE = { longest: "45s", drainWait: "10s" };

describe("a bank on real ScalarDB Servers over a real Cassandra of three nodes", () => {
  let world: ScalardbCassandraWorld;
  beforeAll(async () => {
    world = await startScalardbCassandraWorld({ seed: "cassandra", accounts: 20, servers: 2, pause: PAUSE });
    const { tablesMs, serversMs, accountsMs } = world.scalardb.took;
    console.log(
      `Cassandra ${world.clusterTook | 0} ms, schema loader ${tablesMs | 0} ms, servers ${serversMs | 0} ms, accounts ${accountsMs | 0} ms`,
    );
  });
  afterAll(() => world?.[Symbol.asyncDispose]());

  describeStory(() => world);
  describeRecipe(() => world);
});
