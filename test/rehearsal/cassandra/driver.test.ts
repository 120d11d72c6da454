import { type Client, errors, types } from "cassandra-driver";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { tokenOf } from "../../../rehearsal/cassandra/murmur3.ts";
import {
  createEntries,
  entriesOf,
  insertEntries,
  logsIn,
  plain,
  startTestCluster,
  type TestCluster,
} from "./cluster.ts";

let cluster: TestCluster;
let client: Client;

beforeAll(async () => {
  cluster = await startTestCluster();
  client = await cluster.connect();
  await createEntries(client);
});
afterAll(() => cluster[Symbol.asyncDispose]());

test("the driver finds all nodes by one of them, with the tables of their schema", async () => {
  const [first = ""] = cluster.cassandra.addresses;
  const other = await cluster.connect({ contactPoints: [first] });
  expect(other.hosts.keys().sort()).toEqual(
    cluster.cassandra.addresses.map((address) => `${address}:${cluster.cassandra.port}`),
  );
  const table = await other.metadata.getTable("app", "entry");
  expect(table.partitionKeys.map(({ name }) => name)).toEqual(["id"]);
  expect(table.clusteringKeys.map(({ name }) => name)).toEqual(["age"]);
});

test("tokens are the ones that the driver computes, for every key", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 70 }), (bytes) => {
      const key = Buffer.from(bytes);
      // The driver's types do not say that it takes a buffer of the key, as it is on the wire.
      const token = client.metadata.newToken(key) as unknown as { getValue(): { toString(): string } };
      expect(String(tokenOf(key))).toBe(token.getValue().toString());
    }),
    { numRuns: 500 },
  );
});

test("values of all types come back as they were written", async () => {
  await plain(
    client,
    "CREATE TABLE app.every (id uuid, part int, flag boolean, i int, l bigint, f float, d double, t text, b blob, at timestamp, tags set<text>, PRIMARY KEY ((id, part)))",
  );
  const id = types.Uuid.random();
  const given = {
    id,
    part: 7,
    flag: false,
    i: -(2 ** 31),
    l: types.Long.MIN_VALUE,
    f: 0.5,
    d: -1 / 3,
    t: "アカウント 'quoted' \u0000",
    b: Buffer.of(0, 1, 255),
    at: new Date(1_700_000_000_123),
    tags: ["one", "two"],
  };
  const names = Object.keys(given);
  const insert = `INSERT INTO app.every (${names.join(", ")}) VALUES (${names.map(() => "?").join(", ")})`;
  await client.execute(insert, Object.values(given));
  const { rows } = await client.execute("SELECT * FROM app.every WHERE id = ? AND part = ?", [id, 7]);
  const [row] = rows;
  expect(names.map((name) => String(row?.get(name)))).toEqual(Object.values(given).map(String));
  await client.execute("UPDATE app.every SET t = null, flag = ? WHERE id = ? AND part = 7", [true, id]);
  const { rows: later } = await client.execute("SELECT t, flag FROM app.every WHERE id = ? AND part = ?", [
    id,
    7,
  ]);
  expect({ ...later[0] }).toEqual({ t: null, flag: true });
});

test("pages and ranges of tokens give every row once", async () => {
  await insertEntries(client, 90);
  const all = await entriesOf(client);
  expect(all).toHaveLength(90);
  const paged: string[] = [];
  for await (const row of await client.execute("SELECT id, age FROM app.entry", [], { fetchSize: 7 }))
    paged.push(`${row.get("id")} ${row.get("age")}`);
  expect(paged.sort()).toEqual(all);
  const segments = 16n;
  const ranged: string[] = [];
  for (let segment = 0n; segment < segments; segment++) {
    const bounds = [segment, segment + 1n].map((at) =>
      types.Long.fromString(String(-(2n ** 63n) + (2n ** 64n * at) / segments - (at === segments ? 1n : 0n))),
    );
    const text = "SELECT id, age, token(id) AS t FROM app.entry WHERE token(id) > ? AND token(id) <= ?";
    for await (const row of await client.execute(text, bounds, { fetchSize: 4 }))
      ranged.push(`${row.get("id")} ${row.get("age")}`);
  }
  expect(ranged.sort()).toEqual(all);
});

test("rows of a partition come in the order of their key, turned round when asked for", async () => {
  await insertEntries(client, 3);
  const ages = async (end: string) =>
    (await client.execute(`SELECT age FROM app.entry WHERE id = 'entry-0' ${end}`)).rows.map((row) =>
      row.get("age"),
    );
  expect(await ages("")).toEqual([0, 1, 2]);
  expect(await ages("ORDER BY age DESC LIMIT 2")).toEqual([2, 1]);
  expect(await ages("AND age >= 1")).toEqual([1, 2]);
  expect(await ages("AND age IN (0, 2)")).toEqual([0, 2]);
});

test("the clock is asked as people ask it", async () => {
  const before = Date.now();
  const { rows } = await client.execute("SELECT toUnixTimestamp(now()) AS ms, now() FROM system.local");
  expect(Number(rows[0]?.get("ms"))).toBeGreaterThanOrEqual(before);
  expect(Number(rows[0]?.get("ms"))).toBeLessThanOrEqual(Date.now());
  const madeMs = (rows[0]?.get("system.now()") as types.TimeUuid).getDate().getTime();
  expect(Math.abs(madeMs - before)).toBeLessThan(5_000);
});

test.each([
  ["SELEC * FROM app.entry", types.responseErrorCodes.syntaxError, /mismatched input/],
  ["SELECT * FROM app.entry WHERE", types.responseErrorCodes.syntaxError, /identifier/],
  ["SELECT * FROM app.nothing", types.responseErrorCodes.invalid, /table nothing does not exist/],
  ["SELECT * FROM nowhere.entry", types.responseErrorCodes.invalid, /keyspace nowhere does not exist/],
  ["SELECT colour FROM app.entry", types.responseErrorCodes.invalid, /Undefined column name colour/],
  ["SELECT * FROM app.entry WHERE value = 'x'", types.responseErrorCodes.invalid, /ALLOW FILTERING/],
  [
    "INSERT INTO app.entry (id) VALUES ('x')",
    types.responseErrorCodes.invalid,
    /clustering keys are missing: age/,
  ],
  ["INSERT INTO app.entry (id, age) VALUES ('x', 'y')", types.responseErrorCodes.invalid, /STRING constant/],
  [
    "UPDATE app.entry SET value = 'x' WHERE id = 'x' AND age = 99999999999",
    types.responseErrorCodes.invalid,
    /int/,
  ],
  [
    "DELETE FROM system.local WHERE key = 'local'",
    types.responseErrorCodes.unauthorized,
    /not user-modifiable/,
  ],
  ["DROP TABLE system_schema.tables", types.responseErrorCodes.unauthorized, /not user-modifiable/],
  [
    "CREATE TABLE app.entry (id text PRIMARY KEY)",
    types.responseErrorCodes.alreadyExists,
    /already existing/,
  ],
])("%s is refused with its code", async (text, code, message) => {
  const refusal = plain(client, text);
  await expect(refusal).rejects.toThrow(message);
  await expect(refusal).rejects.toMatchObject({ code });
});

test("a statement with IF EXISTS or IF NOT EXISTS finds nothing to do and says nothing", async () => {
  await plain(client, "CREATE TABLE IF NOT EXISTS app.entry (other int PRIMARY KEY)");
  await plain(client, "DROP TABLE IF EXISTS app.nothing");
  await plain(client, "DROP KEYSPACE IF EXISTS nowhere");
  expect((await client.metadata.getTable("app", "entry")).partitionKeys.map(({ name }) => name)).toEqual([
    "id",
  ]);
});

test("a dropped and created table is empty, and prepared statements find the new one", async () => {
  await plain(client, "CREATE TABLE app.again (id int PRIMARY KEY, v int)");
  const read = () => client.execute("SELECT id FROM app.again");
  await client.execute("INSERT INTO app.again (id, v) VALUES (?, ?)", [1, 2]);
  expect((await read()).rows).toHaveLength(1);
  await plain(client, "DROP TABLE app.again");
  await expect(read()).rejects.toThrow(/does not exist/);
  await plain(client, "CREATE TABLE app.again (id int PRIMARY KEY, v int)");
  expect((await read()).rows).toHaveLength(0);
});

test("a truncated table is empty after a restart too", async () => {
  const [address = ""] = cluster.cassandra.addresses;
  await plain(client, "CREATE TABLE app.brief (id int PRIMARY KEY)");
  await client.execute("INSERT INTO app.brief (id) VALUES (?)", [1]);
  await plain(client, "TRUNCATE app.brief");
  await client.execute("INSERT INTO app.brief (id) VALUES (?)", [2]);
  await cluster.cassandra.stop(address);
  await cluster.cassandra.start(address);
  const { rows } = await client.execute("SELECT id FROM app.brief", [], {
    consistency: types.consistencies.all,
  });
  expect(rows.map((row) => row.get("id"))).toEqual([2]);
});

test("an index is asked by its column", async () => {
  await plain(client, "CREATE TABLE app.seat (id int PRIMARY KEY, region text)");
  await plain(client, "CREATE INDEX seat_by_region ON app.seat (region)");
  for (const id of [1, 2, 3])
    await client.execute("INSERT INTO app.seat (id, region) VALUES (?, ?)", [id, id === 2 ? "b" : "a"]);
  const { rows } = await client.execute("SELECT id FROM app.seat WHERE region = ?", ["a"]);
  expect(rows.map((row) => row.get("id")).sort()).toEqual([1, 3]);
});

test("a cluster with passwords lets in whoever has one", async () => {
  await using closed = await startTestCluster({
    nodes: 1,
    credentials: { user: "scalar", password: "secret" },
  });
  const inside = await closed.connect(logsIn("scalar", "secret"));
  expect((await inside.execute("SELECT cluster_name FROM system.local")).rows).toHaveLength(1);
  const refusal = closed.connect(logsIn("scalar", "wrong"));
  await expect(refusal).rejects.toBeInstanceOf(errors.NoHostAvailableError);
  await expect(closed.connect()).rejects.toThrow(/requires authentication/);
});
