import { type Client, types } from "cassandra-driver";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openCluster } from "../../../shared/databases/cassandra/open-cluster.ts";
import type { IndexFinds } from "../../../shared/restore/cassandra/index-look.ts";
import {
  createEntries,
  insertEntries,
  plain,
  startTestCluster,
  type TestCluster,
} from "../../rehearsal/cassandra/cluster.ts";
import { restoreAsCassyDoes } from "../../rehearsal/cassandra/restore-as-cassy-does.ts";

const ROWS = 120;
const FOUND: IndexFinds = { kind: "rows", rows: 16 };
const TOO_LITTLE: IndexFinds = { kind: "too-little" };

let running: TestCluster;
let client: Client;
beforeAll(async () => {
  running = await startTestCluster();
  client = await running.connect();
  await createEntries(client);
  await insertEntries(client, ROWS);
  await plain(client, "CREATE INDEX by_value ON app.entry (value)");
});
afterAll(() => running?.[Symbol.asyncDispose]());

async function finds(): Promise<Readonly<Record<string, IndexFinds>>> {
  const { cassandra } = running;
  const cluster = openCluster(
    {
      name: "main",
      kind: "cassandra",
      contactPoints: cassandra.addresses,
      port: cassandra.port,
      tls: "off",
      coordinatorNamespace: "coordinator",
      ledgerNamespace: "scalar",
    },
    {},
  );
  try {
    return Object.fromEntries((await cluster.indexes()).map((index) => [index.name, index.finds]));
  } finally {
    cluster.close();
  }
}

test("an index that was built finds the rows of every place of the ring", async () => {
  expect(await finds()).toEqual({ by_value: FOUND });
});

test("an index whose files did not come back is found out until the last node has rebuilt it", async () => {
  await restoreAsCassyDoes(running.cassandra);
  expect(await finds()).toEqual({ by_value: TOO_LITTLE });
  const [last = "", ...others] = running.cassandra.addresses;
  for (const address of others) running.cassandra.rebuildIndex(address, "app", "entry", "by_value");
  expect(await finds()).toEqual({ by_value: TOO_LITTLE });
  running.cassandra.rebuildIndex(last, "app", "entry", "by_value");
  expect(await finds()).toEqual({ by_value: FOUND });
});

test("an index whose note of being built was removed before the start is there again", async () => {
  await restoreAsCassyDoes(running.cassandra, running.cassandra.forgetIndexes);
  expect(await finds()).toEqual({ by_value: FOUND });
});

test("what was written since is found by an index that misses the rest, and does not hide it", async () => {
  await restoreAsCassyDoes(running.cassandra);
  const again = await running.connect();
  await insertEntries(again, 3, ROWS);
  const { rows } = await again.execute("SELECT id FROM app.entry WHERE value = ?", [`value-${ROWS}`], {
    consistency: types.consistencies.quorum,
  });
  expect(rows.length).toBe(1);
  expect(await finds()).toEqual({ by_value: TOO_LITTLE });
});

test("an index without rows, and one on a part of the key, are not asked, and it is said why", async () => {
  const again = await running.connect();
  await plain(again, 'CREATE TABLE app."Empty" (id text PRIMARY KEY, at timestamp)');
  await plain(again, 'CREATE INDEX by_at ON app."Empty" (at)');
  await plain(again, "CREATE INDEX by_age ON app.entry (age)");
  expect(await finds()).toMatchObject({
    by_at: { kind: "unasked", why: 'no row with a value in column "at" was found where it was looked for' },
    by_age: { kind: "unasked", why: 'column "age" is part of the key' },
  });
});
