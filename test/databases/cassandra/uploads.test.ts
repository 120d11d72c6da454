import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type S3, startS3 } from "../../../rehearsal/s3/s3.ts";
import { lookAtUploads } from "../../../shared/databases/cassandra/look-at-uploads.ts";
import { openUploads } from "../../../shared/databases/cassandra/open-uploads.ts";
import type { CapturedCassandra } from "../../../shared/restore/cassandra/captured.ts";
import { clusterOf, isNeeded, snapshotOf, type TableContent, uploaded } from "./uploaded-snapshot.ts";

process.env["AWS_ACCESS_KEY_ID"] = "test";
process.env["AWS_SECRET_ACCESS_KEY"] = "test";

const ADDRESSES = ["10.0.0.1", "10.0.0.2", "10.0.0.3"];
const KEYSPACES = {
  system: ["local", "IndexInfo"],
  system_schema: ["tables"],
  ledger: ["asset", "asset_lock"],
  coordinator: ["state"],
};
const cluster = clusterOf(ADDRESSES, KEYSPACES);
const contents: readonly TableContent[] = ADDRESSES.flatMap((node) => [
  { node, keyspace: "ledger", table: "asset", generations: 2 },
  { node, keyspace: "coordinator", table: "state", generations: 1 },
]);

/** A bucket as quick as a map: no object lies deeper than in its folder. */
function readerOf(objects: ReadonlyMap<string, string>) {
  const folders = Map.groupBy(objects, ([key]) => key.slice(0, key.lastIndexOf("/") + 1));
  return {
    list: async (prefix: string) =>
      new Map((folders.get(prefix) ?? []).map(([key, text]) => [key.slice(prefix.length), text.length])),
    text: async (key: string) => objects.get(key),
  };
}

const look = (objects: ReadonlyMap<string, string>, of = cluster, type: "node" | "cluster" = "node") =>
  lookAtUploads(readerOf(objects), snapshotOf(type), of);

describe("what Cassy has uploaded", () => {
  test.each(["node", "cluster"] as const)("is whole where all of a %s snapshot is there", async (type) => {
    const objects = uploaded(snapshotOf(type), cluster, contents);
    const found = await look(objects, cluster, type);
    expect(found).toMatchObject({ missing: [], unsavedIndexes: [] });
    expect(found.uploads.map(({ address }) => address)).toEqual(ADDRESSES);
    expect(found.uploads.reduce((sum, { files }) => sum + files, 0)).toBe(objects.size);
    const bytes = [...objects.values()].reduce((sum, text) => sum + text.length, 0);
    expect(found.uploads.reduce((sum, each) => sum + each.bytes, 0)).toBe(bytes);
  });

  test("of the other kind of snapshot, or of another one, is nothing", async () => {
    const objects = uploaded(snapshotOf("node"), cluster, contents);
    const nothing = ADDRESSES.map((address) => `there is nothing at all of node "${address}"`);
    expect((await look(objects, cluster, "cluster")).missing).toEqual(nothing);
    const another = uploaded({ ...snapshotOf("node"), snapshotId: "5c2d0" }, cluster, contents);
    expect((await look(another)).missing).toEqual(nothing);
    const ofAnother = uploaded({ ...snapshotOf("node"), clusterId: "bank-0a1b2" }, cluster, contents);
    expect((await look(ofAnother)).missing).toEqual(nothing);
  });

  test("of a table that was made again under its name is not that table", async () => {
    const objects = uploaded(snapshotOf(), cluster, contents);
    const again: CapturedCassandra = {
      ...cluster,
      keyspaces: cluster.keyspaces.map((keyspace) => ({
        ...keyspace,
        tables: keyspace.tables.map((table) =>
          table.name === "asset" ? { ...table, id: "99999999-ec5a-11f1-b40a-4b8908a90910" } : table,
        ),
      })),
    };
    expect((await look(objects, again)).missing).toEqual(
      ADDRESSES.map(
        (address) =>
          `node "${address}" has no "manifest.json" of table "ledger.asset" (99999999-ec5a-11f1-b40a-4b8908a90910)`,
      ),
    );
  });

  test("lacks what a keyspace made since the registration would have", async () => {
    const objects = uploaded(snapshotOf(), cluster, contents);
    const since = clusterOf(ADDRESSES, { ...KEYSPACES, payments: ["transfer"] });
    expect((await look(objects, since)).missing).toEqual(
      ADDRESSES.map((address) => expect.stringMatching(`node "${address}" has no .* "payments.transfer"`)),
    );
  });

  test("beyond the tables of the schema is no problem", async () => {
    const more = clusterOf(ADDRESSES, { ...KEYSPACES, dropped: ["gone"] });
    const objects = new Map([
      ...uploaded(snapshotOf(), more, contents),
      ["node-backup/bank-0a1b/5c2d/10.0.0.1/ledger/stray", "?"],
    ]);
    expect((await look(objects)).missing).toEqual([]);
  });

  test("of a node is told once where nothing of it is there", async () => {
    const objects = uploaded(snapshotOf(), cluster, contents);
    const rest = new Map([...objects].filter(([key]) => !key.includes("/10.0.0.2/")));
    const { missing, uploads } = await look(rest);
    expect(missing).toEqual(['there is nothing at all of node "10.0.0.2"']);
    expect(uploads[1]).toEqual({ address: "10.0.0.2", files: 0, bytes: 0 });
  });

  test("is told in a few words where thousands of files of a table are gone", async () => {
    const [node = ""] = ADDRESSES;
    const many = [{ node, keyspace: "ledger", table: "asset", generations: 1000 }];
    const objects = uploaded(snapshotOf(), cluster, many);
    const rest = new Map([...objects].filter(([key]) => !key.endsWith("Filter.db")));
    const { missing } = await look(rest);
    expect(missing).toHaveLength(11);
    expect(missing.at(-1)).toMatch(/^node "10.0.0.1" lacks 990 more files of table "ledger.asset"/);
  });

  test("names each secondary index once, since a restore leaves it empty", async () => {
    const indexed = contents.map((each) => ({
      ...each,
      indexes: each.table === "asset" ? ["by_owner"] : [],
    }));
    const found = await look(uploaded(snapshotOf(), cluster, indexed));
    expect(found).toMatchObject({
      missing: [],
      unsavedIndexes: [{ keyspace: "ledger", table: "asset", name: "by_owner" }],
    });
  });

  test("lacks any needed object that is taken away, in words that name it", async () => {
    const name = fc.stringMatching(/^[a-z][a-z0-9_]{0,8}$/);
    const generated = fc
      .record({
        nodes: fc.uniqueArray(fc.integer({ min: 1, max: 254 }), { minLength: 1, maxLength: 4 }),
        keyspaces: fc.dictionary(name, fc.uniqueArray(name, { minLength: 1, maxLength: 4 }), {
          minKeys: 1,
          maxKeys: 4,
        }),
        generations: fc.array(fc.nat(3), { minLength: 1, maxLength: 7 }),
        type: fc.constantFrom("node" as const, "cluster" as const),
        pick: fc.nat(),
        damage: fc.constantFrom("removed", "emptied"),
      })
      .filter(({ keyspaces }) => Object.keys(keyspaces).length > 0);
    await fc.assert(
      fc.asyncProperty(generated, async ({ nodes, keyspaces, generations, type, pick, damage }) => {
        const of = clusterOf(
          nodes.map((last) => `10.0.0.${last}`),
          keyspaces,
        );
        const tables = of.nodes.flatMap(({ address: node }) =>
          of.keyspaces.flatMap(({ name: keyspace, tables }) =>
            tables.map((table) => ({ node, keyspace, table: table.name })),
          ),
        );
        const all = uploaded(
          snapshotOf(type),
          of,
          tables.map((each, at) => ({ ...each, generations: generations[at % generations.length] ?? 0 })),
        );
        expect((await look(all, of, type)).missing).toEqual([]);
        const mayBeEmpty = /(Index|Filter|Summary|Statistics|CompressionInfo)\.db$|Digest.crc32$/;
        const needed = [...all.keys()]
          .filter(isNeeded)
          .filter((key) => damage === "removed" || !mayBeEmpty.test(key));
        const victim = needed[pick % needed.length] ?? "";
        const objects = new Map(all);
        if (damage === "removed") objects.delete(victim);
        else objects.set(victim, "");
        const { missing } = await look(objects, of, type);
        const [, , , address = "", keyspace = "", folder = "", , , file = ""] = victim.split("/");
        const table = folder.slice(0, folder.lastIndexOf("-"));
        const left = [...objects.keys()].some((key) => key.includes(`/${address}/`));
        const told = left
          ? [`node "${address}"`, `"${keyspace}.${table}"`, `"${file}"`]
          : [`nothing at all of node "${address}"`];
        expect(missing).toHaveLength(1);
        for (const words of told) expect(missing[0]).toContain(words);
      }),
      { numRuns: 1000 },
    );
  });
});

describe("a bucket", () => {
  let s3: S3;
  const objects = () => s3.bucket("cassy").objects;
  const open = (
    changed: { readonly name?: string; readonly region?: string; readonly endpoint?: string } = {},
  ) => openUploads({ name: "cassy", region: "eu-west-1", endpoint: s3.endpoint, ...changed }, 3);

  beforeAll(async () => {
    s3 = await startS3({ buckets: ["cassy"], region: "eu-west-1", pageKeys: 7 });
  });
  afterAll(() => s3.close());
  beforeEach(() => {
    objects().clear();
    s3.requests.length = 0;
    s3.befalls = () => undefined;
    for (const [key, text] of uploaded(snapshotOf(), cluster, contents))
      objects().set(key, Buffer.from(text));
  });

  test("is read page by page, and tells what is whole and what is not", async () => {
    const uploads = open();
    expect(await uploads.problems()).toEqual([]);
    expect((await uploads.look(snapshotOf(), cluster)).missing).toEqual([]);
    const [victim = ""] = [...objects().keys()].filter((key) => /10.0.0.3.*nb-2-big-Index.db$/.test(key));
    objects().delete(victim);
    expect((await uploads.look(snapshotOf(), cluster)).missing).toEqual([
      expect.stringMatching(/^node "10.0.0.3" has no "nb-2-big-Index.db" of table "ledger.asset" \(/),
    ]);
    uploads.close();
  });

  test("that is busy for a while is asked again; one that stays so, or falls silent, fails the look", async () => {
    const uploads = open();
    let busy = 2;
    s3.befalls = () => (busy-- > 0 ? "busy" : undefined);
    expect((await uploads.look(snapshotOf(), cluster)).missing).toEqual([]);
    s3.befalls = (request) => (request === "GET object" ? "broken" : undefined);
    await expect(uploads.look(snapshotOf(), cluster)).rejects.toMatchObject({
      code: "DATABASE_REFUSED",
      message: expect.stringMatching(/^cannot read "node-backup\/.*\/manifest.json" in bucket "cassy": /),
    });
    s3.befalls = () => "denied";
    await expect(uploads.look(snapshotOf(), cluster)).rejects.toMatchObject({ code: "DATABASE_DENIED" });
    uploads.close();
    const nowhere = open({ endpoint: "http://127.0.0.1:9" });
    await expect(nowhere.look(snapshotOf(), cluster)).rejects.toMatchObject({ code: "DATABASE_UNREACHABLE" });
    await expect(nowhere.problems()).rejects.toMatchObject({ code: "DATABASE_UNREACHABLE" });
    nowhere.close();
  });

  test("that is not there, in another region, or not to be read is a problem in words", async () => {
    const problemsOf = async (changed: Parameters<typeof open>[0]) => {
      const uploads = open(changed);
      return uploads.problems().finally(() => uploads.close());
    };
    expect(await problemsOf({ name: "nobodys" })).toEqual([
      expect.stringMatching(/^there is no bucket "nobodys" in region "eu-west-1" at http.*storage_base_uri$/),
    ]);
    expect(await problemsOf({ region: "us-east-1" })).toEqual([
      expect.stringMatching(/^bucket "cassy" is not in region "us-east-1" at .* but in "eu-west-1": check/),
    ]);
    s3.befalls = (request) => (request === "GET object" ? "denied" : undefined);
    expect(await problemsOf({})).toEqual([
      expect.stringMatching(/^bucket "cassy" must not be read: AccessDenied.*s3:ListBucket.*s3:GetObject/),
    ]);
    s3.befalls = (request) => (request === "GET bucket" ? "denied" : undefined);
    expect(await problemsOf({})).toHaveLength(1);
  });

  test("is not read on once the look was given up", async () => {
    const uploads = open();
    await expect(uploads.look(snapshotOf(), cluster, AbortSignal.abort())).rejects.toThrow();
    expect(s3.requests).toEqual([]);
    uploads.close();
  });

  test("is only ever read", async () => {
    const uploads = open();
    await uploads.problems();
    await uploads.look(snapshotOf(), cluster);
    expect(new Set(s3.requests)).toEqual(new Set(["GET bucket", "GET object"]));
    uploads.close();
  });
});
