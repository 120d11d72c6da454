import { afterAll, beforeAll, describe } from "vitest";
import { startWorld, type World } from "./cassandra/steps.ts";
import { describeStory } from "./cassandra/story.ts";

/** Beside other work a restored cluster alone takes half a minute to start. */
const BUSY = { timeout: 240_000 };

describe("a bank on real ScalarDB Servers over a real Cassandra of three nodes", BUSY, () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld();
    const { tablesMs, serversMs, accountsMs } = world.scalardb.took;
    console.log(
      `Cassandra ${world.clusterTook | 0} ms, schema loader ${tablesMs | 0} ms, servers ${serversMs | 0} ms, accounts ${accountsMs | 0} ms`,
    );
  }, BUSY.timeout);
  afterAll(async () => {
    await world?.[Symbol.asyncDispose]();
  });

  describeStory(() => world);
});
