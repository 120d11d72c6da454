import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startPostgresql } from "../../../../rehearsal/servers/postgresql-server.ts";
import { giveToServerUser } from "../../../../rehearsal/servers/postgresql-user.ts";
import { keptSettings } from "../../../../shared/databases/jdbc/postgresql/kept-settings.ts";
import { namesOfRun } from "../../../../shared/databases/jdbc/postgresql/names.ts";
import { openPostgresql } from "../../../../shared/databases/jdbc/postgresql/postgresql.ts";
import type { JdbcServer } from "../../../../shared/databases/jdbc/server.ts";
import { readSqlSchemas } from "../../../../shared/databases/sql/row-schema.ts";
import { scanSqlTable } from "../../../../shared/databases/sql/rows.ts";
import type { Sql } from "../../../../shared/databases/sql/sql.ts";
import { addDigests, digestText } from "../../../../shared/verify/table-digest.ts";
import { DEFAULT_NAMESPACES } from "../../../../shared/verify/table-role.ts";
import { type OwnPostgresql, ownPostgresql } from "../../sql/own-postgresql.ts";
import { type Dump, dumpOf, loadDump, makeLedger, openServer, settingsOf } from "./ledger-database.ts";

let own: OwnPostgresql;
let ledger: JdbcServer;
let dump: Dump;

const RUN = "restore-20261129-1a2b3c4d";

beforeAll(async () => {
  own = await ownPostgresql();
  ledger = await makeLedger(own, "ledger");
  dump = await dumpOf(ledger);
});
afterAll(async () => {
  ledger?.close();
  await own?.end();
});

/** Digests of all that ScalarDB's metadata lists. */
async function contentsOf(sql: Sql): Promise<Readonly<Record<string, string>>> {
  const tables = await readSqlSchemas(sql, { metadataNamespace: "scalardb", namespaces: DEFAULT_NAMESPACES });
  const contents: Record<string, string> = {};
  for (const table of tables) {
    let digest = 0n;
    for await (const page of scanSqlTable(sql, table, 0, 1)) digest = addDigests(digest, page.digest);
    contents[table.physical] = digestText(digest);
  }
  return contents;
}

async function databasesOf(): Promise<readonly string[]> {
  const rows = await own
    .open()
    .query("SELECT datname AS name FROM pg_database WHERE NOT datistemplate ORDER BY 1");
  return rows.map(({ name }) => String(name));
}

async function contentsOfTarget(server: JdbcServer, of: Dump, run: string) {
  const sql = server.sqlOf(server.targetsOf(of.captured, run).targets);
  try {
    return await contentsOf(sql);
  } finally {
    sql.close();
  }
}

function lost(name: string, run = RUN): Promise<unknown> {
  return own.open().query(`DROP DATABASE IF EXISTS "${name}_${run.slice(-8)}" WITH (FORCE)`);
}

test("names of a run fit and stay apart, however long the original's is", () => {
  expect(namesOfRun({ database: "ledger" }, RUN)).toEqual({
    targets: { ledger: "ledger_1a2b3c4d" },
    kept: { ledger: "ledger_before_1a2b3c4d" },
  });
  const long = "ア".repeat(21);
  const { targets, kept } = namesOfRun({ database: long }, RUN);
  for (const name of [targets[long], kept[long]])
    expect(Buffer.byteLength(name ?? "")).toBeLessThanOrEqual(63);
  expect(targets[long]).not.toBe(kept[long]);
});

test.each(["custom", "plain"] as const)(
  "a %s dump is loaded beside the original, row for row",
  async (format) => {
    const server = openServer(own, "ledger", { format });
    const of = await dumpOf(server);
    const original = await contentsOf(server.sql);
    await loadDump(server, own, of, RUN);
    expect(await contentsOfTarget(server, of, RUN)).toEqual(original);
    expect(Object.keys(original).length).toBeGreaterThan(8);
    const { targets } = server.targetsOf(of.captured, RUN);
    expect(await server.settle(of.captured, targets)).toEqual({ ledger: [] });
    await server.removeTargets(targets, RUN);
    expect(await databasesOf()).not.toContain("ledger_1a2b3c4d");
    server.close();
  },
);

test("a custom dump is loaded through a pipe where there is no room for a file", async () => {
  const { artifact } = dump.captured;
  if (artifact === undefined) throw new Error("the dump has no artifact");
  const vast = { ...dump, captured: { ...dump.captured, artifact: { ...artifact, rawBytes: 2 ** 60 } } };
  await loadDump(ledger, own, vast, RUN);
  expect(await contentsOfTarget(ledger, dump, RUN)).toEqual(await contentsOf(ledger.sql));
  await lost("ledger");
});

test("what an earlier attempt has left is made anew, what somebody else has made is left alone", async () => {
  const { targets } = ledger.targetsOf(dump.captured, RUN);
  await loadDump(ledger, own, dump, RUN);
  const target = own.open("ledger_1a2b3c4d");
  await target.query("CREATE TABLE app.leftover (id int)");
  await loadDump(ledger, own, dump, RUN);
  await expect(target.query("SELECT * FROM app.leftover")).rejects.toThrow(/does not exist/);
  await own.open().query("COMMENT ON DATABASE ledger_1a2b3c4d IS 'mine'");
  await expect(loadDump(ledger, own, dump, RUN)).rejects.toMatchObject({
    code: "LOAD_FAILED",
    message: expect.stringContaining("it was left alone"),
  });
  await ledger.removeTargets(targets, RUN);
  expect(await databasesOf()).toContain("ledger_1a2b3c4d");
  await lost("ledger");
});

test("a database that a process has made and not lived to mark is taken for the run's own while it is empty", async () => {
  const sql = await own.make("ledger_1a2b3c4d");
  await loadDump(ledger, own, dump, RUN);
  await lost("ledger");
  const other = await own.make("ledger_1a2b3c4d");
  await other.query("CREATE TABLE public.mine (id int)");
  await expect(loadDump(ledger, own, dump, RUN)).rejects.toMatchObject({ code: "LOAD_FAILED" });
  expect(await other.query("SELECT * FROM public.mine")).toEqual([]);
  sql.close();
  await lost("ledger");
});

test("a restored database that somebody works in is not removed", async () => {
  await loadDump(ledger, own, dump, RUN);
  const { targets } = ledger.targetsOf(dump.captured, RUN);
  const { host, port, user, password } = own.server;
  const client = new Client({ host, port, user, password, database: "ledger_1a2b3c4d" });
  await client.connect();
  await expect(ledger.removeTargets(targets, RUN)).rejects.toMatchObject({
    code: "RESTORE_BLOCKED",
    message: expect.stringMatching(/"ledger_1a2b3c4d".* was not removed: connected are application/),
  });
  await client.query("SELECT 1");
  await client.end();
  await expect
    .poll(() => ledger.removeTargets(targets, RUN).then(databasesOf))
    .not.toContain("ledger_1a2b3c4d");
});

test.each([
  { what: "ends early", spoil: (bytes: Buffer) => bytes.subarray(0, bytes.length - 2_000) },
  { what: "is no dump", spoil: () => Buffer.from("hello") },
])("a dump that $what fails with the tool's words, and leaves nothing behind", async ({ spoil }) => {
  const spoiled = { ...dump, bytes: spoil(dump.bytes) };
  const failure = await loadDump(ledger, own, spoiled, RUN).catch((error: unknown) => error);
  expect(failure).toMatchObject({ code: "LOAD_FAILED" });
  expect(String(failure)).toMatch(
    /load the dump into database "ledger_1a2b3c4d": "pg_restore" ended with status 1: .*pg_restore: error/,
  );
  expect(await databasesOf()).not.toContain("ledger_1a2b3c4d");
});

test("a plain dump with a statement that fails leaves nothing behind", async () => {
  const server = openServer(own, "ledger", { format: "plain" });
  const of = await dumpOf(server);
  const spoiled = Buffer.concat([of.bytes, Buffer.from("\nSELECT 1/0;\n")]);
  await expect(loadDump(server, own, { ...of, bytes: spoiled }, RUN)).rejects.toMatchObject({
    code: "LOAD_FAILED",
    message: expect.stringContaining("division by zero"),
  });
  expect(await databasesOf()).not.toContain("ledger_1a2b3c4d");
  server.close();
});

test("a stream that breaks fails the load with what broke it", async () => {
  const { artifact } = dump.captured;
  if (artifact === undefined) throw new Error("the dump has no artifact");
  const broken = new Error("the wrong byte");
  for (const rawBytes of [dump.bytes.length, 2 ** 60]) {
    const loading = ledger.load({
      captured: { ...dump.captured, artifact: { ...artifact, rawBytes } },
      targets: ledger.targetsOf(dump.captured, RUN).targets,
      run: RUN,
      open: async () =>
        Readable.from(
          (function* () {
            yield dump.bytes.subarray(0, 10_000);
            throw broken;
          })(),
        ),
      scratchDir: own.folder,
    });
    await expect(loading).rejects.toThrow("the wrong byte");
  }
  expect(await databasesOf()).not.toContain("ledger_1a2b3c4d");
});

test("settings that a dump does not carry come back, and what cannot is named", async () => {
  const sql = await own.make("kept", "ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0");
  await sql.query("CREATE SCHEMA scalardb; CREATE SCHEMA coordinator; CREATE SEQUENCE coordinator.numbers");
  await sql.query(
    "CREATE TABLE scalardb.metadata (full_table_name text, column_name text); CREATE TABLE coordinator.state (id text)",
  );
  await sql.query("INSERT INTO coordinator.state VALUES ('accté'); SELECT setval('coordinator.numbers', 99)");
  await sql.query("CREATE ROLE keeper; CREATE ROLE visitor; ALTER DATABASE kept OWNER TO keeper");
  await sql.query(
    "REVOKE ALL ON DATABASE kept FROM PUBLIC; GRANT CONNECT ON DATABASE kept TO visitor WITH GRANT OPTION",
  );
  await sql.query(
    "ALTER DATABASE kept SET work_mem = '9MB'; ALTER DATABASE kept SET search_path = coordinator, \"$user\"",
  );
  await sql.query(
    "ALTER ROLE visitor IN DATABASE kept SET statement_timeout = '5s'; ALTER DATABASE kept CONNECTION LIMIT 12",
  );
  await sql.query("COMMENT ON DATABASE kept IS 'it''s \\ ours'");
  const server = openServer(own, "kept");
  const of = await dumpOf(server);
  await loadDump(server, own, of, RUN);
  const { targets } = server.targetsOf(of.captured, RUN);
  expect(await server.settle(of.captured, targets)).toEqual({ kept: [] });
  const restored = openServer(own, "kept_1a2b3c4d");
  const found = keptSettings((await restored.capture()).captured);
  expect(found).toEqual(keptSettings(of.captured));
  expect(await restored.sql.query("SELECT id FROM coordinator.state")).toEqual([{ id: "accté" }]);
  await restored.sql.query("DROP SEQUENCE coordinator.numbers; DROP TABLE scalardb.metadata");
  expect(await server.settle(of.captured, targets)).toEqual({
    kept: [
      'sequence "coordinator.numbers" is missing',
      "it has 1 tables, there were 2",
      'table "scalardb.metadata" is missing',
    ],
  });
  restored.close();
  server.close();
  await lost("kept");
});

const BESIDE = { kept: {}, inPlace: false };

test("a database in a tablespace of its own is made in the same again, and nowhere else", async () => {
  const folder = join(own.folder, "space");
  await mkdir(folder);
  await giveToServerUser([folder], own.folder);
  await own.open().query(`CREATE TABLESPACE near LOCATION '${folder}'`);
  const sql = await own.make("placed", "TABLESPACE near");
  await sql.query(
    "CREATE SCHEMA scalardb; CREATE SCHEMA coordinator; CREATE TABLE coordinator.state (id text)",
  );
  await sql.query("CREATE TABLE scalardb.metadata (full_table_name text)");
  const server = openServer(own, "placed");
  const of = await dumpOf(server);
  const { targets, kept } = server.targetsOf(of.captured, RUN);
  await loadDump(server, own, of, RUN);
  expect(await server.settle(of.captured, targets)).toEqual({ placed: [] });
  const where =
    "SELECT spcname FROM pg_database d JOIN pg_tablespace t ON t.oid = d.dattablespace WHERE datname = $1";
  expect(await own.open().query(where, ["placed_1a2b3c4d"])).toEqual([{ spcname: "near" }]);
  const settings = { ...(of.captured.settings as object), tablespace: "slow" };
  const elsewhere = { ...of.captured, settings };
  expect(await server.settle(elsewhere, targets)).toEqual({ placed: ['tablespace is "near", was "slow"'] });
  await server.removeTargets(targets, RUN);
  expect(await server.obstacles(elsewhere, { targets, kept, inPlace: false })).toEqual([
    'there is no tablespace "slow"',
  ]);
  server.close();
});

test("obstacles are told before anything is touched", async () => {
  const { targets, kept } = ledger.targetsOf(dump.captured, RUN);
  expect(await ledger.obstacles(dump.captured, { targets, kept, inPlace: true })).toEqual([]);
  const settings = keptSettings(dump.captured);
  const elsewhere = {
    ...dump.captured,
    serverVersion: "99.1",
    settings: {
      ...settings,
      roles: [...settings.roles, "nobody-here"],
      extensions: [{ name: "far_away", version: "1.0" }],
      tablespaces: ["fast"],
      collate: "xx_XX.UTF-8",
    },
  };
  expect(await ledger.obstacles(elsewhere, { targets, ...BESIDE })).toEqual([
    expect.stringMatching(/^the server is PostgreSQL .*, older than 99.1, which was dumped$/),
    expect.stringMatching(/"pg_restore" is .*, older than the dump/),
    'there is no role "nobody-here", which owns or is granted something: CREATE ROLE it',
    'extension "far_away" is not installed on the server',
    'there is no tablespace "fast"',
    'the server does not know the locale "xx_XX.UTF-8"',
  ]);
  const sql = own.open("ledger");
  await sql.query("CREATE SCHEMA precious");
  await sql.query("CREATE DATABASE ledger_1a2b3c4d");
  await own.open().query("CREATE DATABASE ledger_before_1a2b3c4d");
  const session = await openNamed("shop");
  expect(await ledger.obstacles(dump.captured, { targets, kept, inPlace: true })).toEqual([
    'there is a database "ledger_1a2b3c4d" already, which this restore has not made',
    'there is a database "ledger_before_1a2b3c4d" already, the name under which the original is to be kept',
    'somebody is connected: application "shop" as user "postgres" from 127.0.0.1 in database "ledger" (1)',
    'schema "precious" of database "ledger" is not in the dump and would be lost',
  ]);
  const planning = { targets, kept, inPlace: true, stopped: false };
  expect((await ledger.obstacles(dump.captured, planning)).join("\n")).not.toContain("shop");
  await session.end();
  await sql.query("DROP SCHEMA precious");
  await sql.query("DROP DATABASE ledger_1a2b3c4d");
  await sql.query("DROP DATABASE ledger_before_1a2b3c4d");
});

async function openNamed(application: string, database = "ledger") {
  const session = await own.open(database).session();
  await session.query(`SET application_name = '${application}'`);
  return session;
}

test("a user without the rights for it is told so, and of sessions that it may not look into", async () => {
  await own.open().query("CREATE ROLE weak LOGIN PASSWORD 'weak'");
  const session = await openNamed("shop");
  const { targets, kept } = ledger.targetsOf(dump.captured, RUN);
  const weak = openPostgresql(settingsOf(own, "ledger", { user: "weak" }), {
    DB_PASSWORD: "weak",
    PATH: process.env["PATH"],
  });
  expect(await weak.obstacles(dump.captured, { targets, kept, inPlace: true })).toEqual([
    'user "weak" may not make databases: ALTER ROLE "weak" CREATEDB',
    'user "weak" is not a member of role "postgres", which owns something: GRANT "postgres" TO "weak"',
    'this user does not own database "ledger", so it may not rename it',
    'somebody is connected: application "shop" as user "postgres" from a host that this user may not see in database "ledger" (1)',
  ]);
  await session.end();
  weak.close();
});

test("whoever is connected is seen by a user too who may not look into others' sessions", async () => {
  await own.open().query("CREATE ROLE plain LOGIN PASSWORD 'plain'");
  const { targets, kept } = ledger.targetsOf(dump.captured, RUN);
  const settings = settingsOf(own, "ledger", { user: "plain" });
  const server = openPostgresql(settings, { DB_PASSWORD: "plain", PATH: process.env["PATH"] });
  const session = await openNamed("shop");
  expect(await server.obstacles(dump.captured, { targets, kept, inPlace: true })).toContain(
    'somebody is connected: application "shop" as user "postgres" from a host that this user may not see in database "ledger" (1)',
  );
  await session.end();
  server.close();
});

test("what is under the original's name is told", async () => {
  expect(await ledger.present(dump.captured)).toEqual([
    { name: "ledger", tables: dump.captured.tables.length, bytes: expect.any(Number) },
  ]);
  expect(await ledger.present({ ...dump.captured, database: "nowhere" })).toEqual([]);
});

test("the restored one takes the original's place, which is kept, from any half state", async () => {
  const server = await makeLedger(own, "shop");
  const of = await dumpOf(server);
  const names = server.targetsOf(of.captured, RUN);
  await server.sql.query("DELETE FROM app.account");
  expect(await server.swapState(names, RUN)).toBe("untouched");
  await expect(server.swap(names, RUN)).rejects.toMatchObject({
    code: "RESTORE_BLOCKED",
    message: expect.stringContaining('"shop_1a2b3c4d" take its original\'s name: it is not there'),
  });
  await loadDump(server, own, of, RUN);
  await server.settle(of.captured, names.targets);
  expect(await server.swapState(names, RUN)).toBe("untouched");
  const busy = await openNamed("teller", "shop");
  await expect(server.swap(names, RUN)).rejects.toMatchObject({
    code: "RESTORE_BLOCKED",
    message: expect.stringContaining('application "teller" as user "postgres"'),
  });
  expect(await server.swapState(names, RUN)).toBe("untouched");
  await busy.end();
  // As a process leaves it that dies between the two.
  server.sql.close();
  const again = openServer(own, "shop");
  await own.open().query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'shop'");
  await own.open().query("ALTER DATABASE shop RENAME TO shop_before_1a2b3c4d");
  expect(await again.swapState(names, RUN)).toBe("half");
  await again.swap(names, RUN);
  expect(await again.swapState(names, RUN)).toBe("swapped");
  await again.swap(names, RUN);
  const count = "SELECT count(*) AS number FROM app.account";
  expect(await own.open("shop").query(count)).toEqual([{ number: 18 }]);
  expect(await own.open("shop_before_1a2b3c4d").query(count)).toEqual([{ number: 0 }]);
  await again.removeTargets(names.targets, RUN);
  expect(await databasesOf()).toEqual(expect.arrayContaining(["shop", "shop_before_1a2b3c4d"]));
  await expect(again.swapState(names, "restore-of-another-9f9f9f9f")).rejects.toMatchObject({
    code: "RESTORE_BLOCKED",
  });
  again.close();
  server.close();
});

test("a database that is gone altogether is restored under its own name", async () => {
  const server = await makeLedger(own, "gone");
  const of = await dumpOf(server);
  server.close();
  await own.open().query("DROP DATABASE gone WITH (FORCE)");
  const again = openServer(own, "gone");
  const names = again.targetsOf(of.captured, RUN);
  expect(await again.obstacles(of.captured, { ...names, inPlace: true })).toEqual([]);
  await loadDump(again, own, of, RUN);
  await again.swap(names, RUN);
  expect(await again.swapState(names, RUN)).toBe("swapped");
  expect(Object.keys(await contentsOf(own.open("gone")))).not.toEqual([]);
  again.close();
});

test("a name that needs quoting is dumped, loaded and swapped like any other", async () => {
  const odd = `Le"d'ger = \\ 帳; drop`;
  const sql = await own.make(odd);
  await sql.query(`CREATE SCHEMA scalardb; CREATE SCHEMA coordinator; CREATE SCHEMA "we""ird; drop"`);
  await sql.query(
    "CREATE TABLE scalardb.metadata (full_table_name text, column_name text); CREATE TABLE coordinator.state (id text)",
  );
  await sql.query(
    `CREATE TABLE "we""ird; drop"."UPPER 帳" (id int); INSERT INTO "we""ird; drop"."UPPER 帳" VALUES (5)`,
  );
  for (const format of ["custom", "plain"] as const) {
    const server = openServer(own, odd, { format });
    const of = await dumpOf(server);
    const run = `restore-odd-${format}11`;
    const names = server.targetsOf(of.captured, run);
    await loadDump(server, own, of, run);
    expect(await server.settle(of.captured, names.targets)).toEqual({ [odd]: [] });
    await server.swap(names, run);
    const swapped = openServer(own, odd);
    expect(await swapped.sql.query(`SELECT id FROM "we""ird; drop"."UPPER 帳"`)).toEqual([{ id: 5 }]);
    swapped.close();
    server.close();
  }
});

test("a restore that is stopped ends its tool, removes what it made and says that it was stopped", async () => {
  const tools = join(own.folder, "tools-slow");
  await mkdir(tools);
  await writeFile(join(tools, "pg_restore"), "#!/bin/sh\nexec cat /dev/zero > /dev/null\n");
  await chmod(join(tools, "pg_restore"), 0o755);
  const server = openServer(own, "ledger", { tools });
  const abort = new AbortController();
  const loading = server.load({
    captured: dump.captured,
    targets: server.targetsOf(dump.captured, RUN).targets,
    run: RUN,
    open: async () => {
      queueMicrotask(() => abort.abort());
      return Readable.from([dump.bytes]);
    },
    scratchDir: own.folder,
    signal: abort.signal,
  });
  await expect(loading).rejects.toMatchObject({ name: "AbortError" });
  expect(await databasesOf()).not.toContain("ledger_1a2b3c4d");
  server.close();
});

test("a server that goes away while a dump is loaded fails the load, and the next attempt makes it anew", async () => {
  const mortal = await ownPostgresql();
  const { artifact } = dump.captured;
  if (artifact === undefined) throw new Error("the dump has no artifact");
  const server = openServer(mortal, "ledger");
  const loading = server.load({
    captured: { ...dump.captured, artifact: { ...artifact, rawBytes: 2 ** 60 } },
    targets: server.targetsOf(dump.captured, RUN).targets,
    run: RUN,
    open: async () =>
      Readable.from(
        (async function* () {
          yield dump.bytes.subarray(0, dump.bytes.length / 2);
          await mortal.server.kill();
          yield dump.bytes.subarray(dump.bytes.length / 2);
        })(),
      ),
    scratchDir: mortal.folder,
  });
  await expect(loading).rejects.toMatchObject({ code: "LOAD_FAILED" });
  server.close();
  const { password } = mortal.server;
  const revived = { ...mortal, server: await startPostgresql({ folder: mortal.folder, password }) };
  const again = openServer(revived, "ledger");
  await loadDump(again, revived, dump, RUN);
  expect(await contentsOfTarget(again, dump, RUN)).toEqual(await contentsOf(ledger.sql));
  again.close();
  await revived.server.close();
  await mortal.end();
});

test("schemas that were dumped alone are loaded, the one that every database has among them", async () => {
  const sql = await own.make("some");
  await sql.query(
    "CREATE SCHEMA scalardb; CREATE SCHEMA coordinator; CREATE SCHEMA unasked; CREATE TABLE public.things (id int)",
  );
  await sql.query(
    "CREATE TABLE scalardb.metadata (full_table_name text, column_name text); CREATE TABLE coordinator.state (id text)",
  );
  const server = openServer(own, "some", { schemas: ["coordinator", "public", "scalardb"] });
  const of = await dumpOf(server);
  await loadDump(server, own, of, RUN);
  expect(await server.settle(of.captured, server.targetsOf(of.captured, RUN).targets)).toEqual({ some: [] });
  const restored = await own
    .open("some_1a2b3c4d")
    .query("SELECT nspname AS name FROM pg_namespace WHERE nspname !~ '^pg_' ORDER BY 1");
  expect(restored.map(({ name }) => name)).toEqual([
    "coordinator",
    "information_schema",
    "public",
    "scalardb",
  ]);
  server.close();
});

test("a database with a locale of ICU is made with the same again", async () => {
  const sql = await own.make("icu", "TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'sv-SE'");
  await sql.query("CREATE SCHEMA scalardb; CREATE SCHEMA coordinator");
  await sql.query(
    "CREATE TABLE scalardb.metadata (full_table_name text, column_name text); CREATE TABLE coordinator.state (id text)",
  );
  const server = openServer(own, "icu");
  const of = await dumpOf(server);
  await loadDump(server, own, of, RUN);
  expect(keptSettings(of.captured)).toMatchObject({ provider: "icu", locale: "sv-SE" });
  expect(await server.settle(of.captured, server.targetsOf(of.captured, RUN).targets)).toEqual({ icu: [] });
  server.close();
});
