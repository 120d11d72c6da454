import { appendFile, cp, mkdir, readdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { type Client, types } from "cassandra-driver";
import { afterEach, beforeEach, expect, test } from "vitest";
import { cassyNodes } from "../../../rehearsal/cassandra/cassy-nodes.ts";
import {
  createEntries,
  entriesOf,
  insertEntries,
  plain,
  startTestCluster,
  type TestCluster,
} from "./cluster.ts";

let cluster: TestCluster;
let client: Client;

beforeEach(async () => {
  cluster = await startTestCluster();
  client = await cluster.connect();
  await createEntries(client);
});
afterEach(() => cluster[Symbol.asyncDispose]());

async function restartAll(between: (address: string) => Promise<void> | void = () => {}): Promise<Client> {
  const { cassandra } = cluster;
  for (const address of cassandra.addresses) await cassandra.stop(address);
  for (const address of cassandra.addresses) await between(address);
  for (const address of cassandra.addresses) await cassandra.start(address);
  return cluster.connect();
}

/** As Cassy places the files of a snapshot in a node's folders. */
async function place(snapshot: string, from: string, to: string): Promise<void> {
  const files = (await readdir(from, { recursive: true })).filter((path) =>
    path.includes(`/snapshots/${snapshot}/nb-`),
  );
  for (const path of files) {
    const folder = join(to, path.replace(/\/snapshots\/.*$/, ""));
    await mkdir(folder, { recursive: true });
    await cp(join(from, path), join(folder, basename(path)), { errorOnExist: true, force: false });
  }
}

test("rows and schema survive a stop, flushed or not", async () => {
  await insertEntries(client, 12);
  for (const address of cluster.cassandra.addresses) cluster.cassandra.flush(address);
  await insertEntries(client, 12, 12);
  await plain(client, "DELETE FROM app.entry WHERE id = 'entry-0'");
  const before = await entriesOf(client);
  expect(before).toHaveLength(21);
  const later = await restartAll();
  for (const address of cluster.cassandra.addresses) {
    const host = later.hosts.get(`${address}:${cluster.cassandra.port}`);
    const own = await later.execute("SELECT COUNT(*) FROM app.entry", [], {
      consistency: types.consistencies.one,
      ...(host && { host }),
    });
    expect(Number(own.rows[0]?.get("count"))).toBe(21);
  }
  expect(await entriesOf(later)).toEqual(before);
});

test("emptied folders lose all, and each node is a new one there", async () => {
  await insertEntries(client, 3);
  const hostIds = async (of: Client) => {
    const { rows } = await plain(of, "SELECT host_id FROM system.local");
    return String(rows[0]?.get("host_id"));
  };
  const before = await hostIds(client);
  const later = await restartAll((address) => void cluster.cassandra.moveAside(address));
  await expect(entriesOf(later)).rejects.toThrow(/keyspace app does not exist/);
  expect(Object.keys(later.metadata.keyspaces).every((name) => name.startsWith("system"))).toBe(true);
  expect(await hostIds(later)).not.toBe(before);
});

test("a node that lost all has the schema of the others, and quorums still have all rows", async () => {
  const [address = ""] = cluster.cassandra.addresses;
  await insertEntries(client, 6);
  await cluster.cassandra.stop(address);
  const aside = cluster.cassandra.moveAside(address);
  expect(await readdir(join(aside, "data", "app"))).toHaveLength(1);
  await cluster.cassandra.start(address);
  expect(await entriesOf(await cluster.connect())).toHaveLength(6);
});

test("snapshots restored to emptied folders hold what was written before them, and nothing else", async () => {
  const { cassandra } = cluster;
  const nodes = cassyNodes(cassandra);
  await insertEntries(client, 30);
  const ids = new Map(client.hosts.values().map((host) => [host.address, String(host.hostId)]));
  const keyspaces = await nodes.keyspaces(cassandra.addresses[0] ?? "");
  for (const address of cassandra.addresses) await nodes.takeSnapshot(address, "s1", keyspaces);
  const before = await entriesOf(client);
  await insertEntries(client, 30, 30);
  await plain(client, "DELETE FROM app.entry WHERE id = 'entry-0'");
  await plain(client, "CREATE TABLE app.later (id int PRIMARY KEY)");
  const restored = await restartAll(async (address) => {
    const aside = cassandra.moveAside(address);
    await place("s1", join(aside, "data"), cassandra.dataFolder(address));
  });
  expect(await entriesOf(restored, types.consistencies.all)).toEqual(before);
  await expect(plain(restored, "SELECT * FROM app.later")).rejects.toThrow(/does not exist/);
  expect(new Map(restored.hosts.values().map((host) => [host.address, String(host.hostId)]))).toEqual(ids);
});

test("a snapshot has a manifest for every table, also of those without a row, and links that outlive a drop", async () => {
  const { cassandra } = cluster;
  const [address = ""] = cassandra.addresses;
  await plain(client, "CREATE TABLE app.empty (id int PRIMARY KEY)");
  await insertEntries(client, 3);
  cassandra.takeSnapshot(address, "s1", cassandra.keyspaces(address));
  await plain(client, "DROP TABLE app.entry");
  const data = cassandra.dataFolder(address);
  const tables = (await readdir(data, { recursive: true })).filter((path) =>
    /^[^/]+\/[^/]+-[0-9a-f]{32}$/.test(path),
  );
  expect(tables.length).toBeGreaterThan(15);
  for (const table of tables) {
    const folder = join(data, table, "snapshots", "s1");
    const names = await readdir(folder);
    const manifest = JSON.parse(await readFile(join(folder, "manifest.json"), "utf8"));
    expect(manifest.files).toEqual(names.filter((name) => name.endsWith("-Data.db")));
    for (const toc of names.filter((name) => name.endsWith("-TOC.txt"))) {
      const components = (await readFile(join(folder, toc), "utf8")).trim().split("\n");
      for (const component of components) expect(names).toContain(toc.replace("TOC.txt", component));
    }
    expect(names.includes("schema.cql")).toBe(table.startsWith("app/"));
    if (table.startsWith("app/")) expect(manifest.files).toHaveLength(table.startsWith("app/empty") ? 0 : 1);
  }
});

test("a snapshot under load is one moment of its node: nothing later is in it without everything earlier", async () => {
  const { cassandra } = cluster;
  const [address = ""] = cassandra.addresses;
  const writing = insertEntries(client, 300);
  const names: string[] = [];
  for (let turn = 0; turn < 5; turn++) {
    await insertEntries(client, 5, 900 + turn * 6);
    const name = `s${turn}`;
    cassandra.takeSnapshot(address, name, ["app"]);
    names.push(name);
  }
  await writing;
  const data = cassandra.dataFolder(address);
  const paths = await readdir(data, { recursive: true });
  for (const name of names) {
    const files = paths.filter(
      (path) =>
        path.includes(`app/entry-`) && path.includes(`/snapshots/${name}/nb-`) && path.endsWith("Data.db"),
    );
    const lines = (await Promise.all(files.map((path) => readFile(join(data, path), "utf8"))))
      .join("")
      .split("\n")
      .filter(Boolean);
    const written = lines.flatMap((line) =>
      JSON.parse(line).r.flatMap((row: { v: [string, number, string][] }) => row.v),
    );
    const numbers = written.map(([, , value]) =>
      Number(Buffer.from(value, "base64").toString().replace("value-", "")),
    );
    const inOrder = numbers.filter((number) => number < 300).sort((a, b) => a - b);
    expect(inOrder).toEqual(inOrder.map((_, at) => at));
  }
});

test("a node with a data file that is not what its digest says does not start", async () => {
  const { cassandra } = cluster;
  const [address = ""] = cassandra.addresses;
  await insertEntries(client, 3);
  cassandra.flush(address);
  await cassandra.stop(address);
  const data = cassandra.dataFolder(address);
  const [file = ""] = (await readdir(data, { recursive: true })).filter((path) =>
    /app\/entry.*-Data\.db$/.test(path),
  );
  await appendFile(join(data, file), "{}\n");
  await expect(cassandra.start(address)).rejects.toThrow(/CorruptSSTableException.*entry/);
  expect(cassandra.isUp(address)).toBe(false);
});

test("what a node missed while it was down is read from the others", async () => {
  const { cassandra } = cluster;
  const [first = "", second = ""] = cassandra.addresses;
  await cassandra.stop(first);
  await insertEntries(client, 6);
  await cassandra.start(first);
  await cassandra.stop(second);
  const later = await cluster.connect();
  expect(await entriesOf(later)).toHaveLength(6);
});
