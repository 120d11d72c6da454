import { type Client, types } from "cassandra-driver";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createEntries, plain, startTestCluster, type TestCluster } from "./cluster.ts";

let cluster: TestCluster;
let client: Client;

beforeEach(async () => {
  cluster = await startTestCluster();
  client = await cluster.connect();
  await createEntries(client);
});
afterEach(() => cluster[Symbol.asyncDispose]());

const SERIAL = { consistency: types.consistencies.serial };

test("of many who insert the same row by way of all nodes, one does", async () => {
  const clients = await Promise.all([1, 2, 3].map(() => cluster.connect()));
  const tries = Array.from({ length: 60 }, (_, at) =>
    (clients[at % 3] as Client).execute(
      "INSERT INTO app.entry (id, age, value) VALUES ('one', 0, ?) IF NOT EXISTS",
      [`by ${at}`],
    ),
  );
  const outcomes = await Promise.all(tries);
  const winners = outcomes.flatMap((outcome, at) => (outcome.wasApplied() ? [at] : []));
  expect(winners).toHaveLength(1);
  const seen = outcomes.filter((outcome) => !outcome.wasApplied()).map(({ rows }) => rows[0]?.get("value"));
  expect(new Set(seen)).toEqual(new Set([`by ${winners[0]}`]));
});

test("counters that writers compare and set lose nothing, while a node comes and goes", async () => {
  const [, , last = ""] = cluster.cassandra.addresses;
  await plain(client, "INSERT INTO app.entry (id, age, value) VALUES ('sum', 0, '0')");
  const writers = Array.from({ length: 6 }, async () => {
    let applied = 0;
    while (applied < 15) {
      const { rows } = await client.execute(
        "SELECT value FROM app.entry WHERE id = 'sum' AND age = 0",
        [],
        SERIAL,
      );
      const value = String(rows[0]?.get("value"));
      const update = "UPDATE app.entry SET value = ? WHERE id = 'sum' AND age = 0 IF value = ?";
      const outcome = await client.execute(update, [String(Number(value) + 1), value], {
        isIdempotent: true,
      });
      if (outcome.wasApplied()) applied++;
    }
  });
  await cluster.cassandra.stop(last);
  await plain(client, "SELECT value FROM app.entry");
  await cluster.cassandra.start(last);
  await Promise.all(writers);
  const { rows } = await client.execute(
    "SELECT value FROM app.entry WHERE id = 'sum' AND age = 0",
    [],
    SERIAL,
  );
  expect(rows[0]?.get("value")).toBe("90");
});

test("a batch with a condition that does not hold writes nothing of it", async () => {
  await plain(client, "INSERT INTO app.entry (id, age, value) VALUES ('b', 0, 'old')");
  const insert = "INSERT INTO app.entry (id, age, value) VALUES ('b', 1, 'new') IF NOT EXISTS";
  const update = "UPDATE app.entry SET value = 'new' WHERE id = 'b' AND age = 0 IF value = ?";
  const both = (expectation: string) =>
    client.batch([{ query: insert }, { query: update, params: [expectation] }], { prepare: true });
  expect((await both("other")).wasApplied()).toBe(false);
  expect((await plain(client, "SELECT age FROM app.entry")).rows).toHaveLength(1);
  expect((await both("old")).wasApplied()).toBe(true);
  const { rows } = await plain(client, "SELECT value FROM app.entry");
  expect(rows.map((row) => row.get("value"))).toEqual(["new", "new"]);
});

test("conditions across partitions are refused, and nothing is written", async () => {
  const insert = (id: string) => `INSERT INTO app.entry (id, age) VALUES ('${id}', 0) IF NOT EXISTS`;
  const both = client.batch([insert("a"), insert("b")], { prepare: false });
  await expect(both).rejects.toThrow(/cannot span multiple partitions/);
  expect((await plain(client, "SELECT id FROM app.entry")).rows).toHaveLength(0);
});

test("a row that was deleted on a condition is not there for the next", async () => {
  await plain(client, "INSERT INTO app.entry (id, age, value) VALUES ('d', 0, 'x')");
  const remove = (value: string) =>
    plain(client, `DELETE FROM app.entry WHERE id = 'd' AND age = 0 IF value = '${value}'`);
  expect((await remove("y")).wasApplied()).toBe(false);
  expect((await remove("x")).wasApplied()).toBe(true);
  expect((await remove("x")).wasApplied()).toBe(false);
  expect(
    (
      await plain(client, "UPDATE app.entry SET value = 'z' WHERE id = 'd' AND age = 0 IF EXISTS")
    ).wasApplied(),
  ).toBe(false);
  expect(
    (await plain(client, "INSERT INTO app.entry (id, age) VALUES ('d', 0) IF NOT EXISTS")).wasApplied(),
  ).toBe(true);
});

test("with two of three nodes down nothing is read or written at QUORUM, and ONE still answers", async () => {
  const [first = "", ...others] = cluster.cassandra.addresses;
  await plain(client, "INSERT INTO app.entry (id, age, value) VALUES ('q', 0, 'x')");
  const alone = await cluster.connect({ contactPoints: [first] });
  for (const address of others) await cluster.cassandra.stop(address);
  const host = alone.hosts.get(`${first}:${cluster.cassandra.port}`);
  const ask = (text: string, consistency: types.consistencies) =>
    alone.execute(text, [], { consistency, prepare: false, ...(host && { host }) });
  const { quorum, serial, one } = types.consistencies;
  for (const [text, level] of [
    ["SELECT * FROM app.entry", quorum],
    ["SELECT * FROM app.entry WHERE id = 'q'", serial],
    ["INSERT INTO app.entry (id, age) VALUES ('q', 1)", quorum],
    ["INSERT INTO app.entry (id, age) VALUES ('q', 1) IF NOT EXISTS", quorum],
  ] as const)
    await expect(ask(text, level)).rejects.toThrow(/2 required but only 1 alive/);
  expect((await ask("SELECT * FROM app.entry", one)).rows).toHaveLength(1);
});
