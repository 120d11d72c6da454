import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { keptSettings } from "../../../../shared/databases/jdbc/postgresql/kept-settings.ts";
import { openPostgresql } from "../../../../shared/databases/jdbc/postgresql/postgresql.ts";
import type { JdbcServer } from "../../../../shared/databases/jdbc/server.ts";
import { CapturedJdbc } from "../../../../shared/restore/jdbc/captured.ts";
import { type OwnPostgresql, ownPostgresql } from "../../sql/own-postgresql.ts";
import { makeLedger, openServer, settingsOf } from "./ledger-database.ts";

let own: OwnPostgresql;
let ledger: JdbcServer;

beforeAll(async () => {
  own = await ownPostgresql({ settings: { max_prepared_transactions: "2" } });
  ledger = await makeLedger(own, "ledger");
});
afterAll(async () => {
  ledger?.close();
  await own?.end();
});

test("a capture names the server, every table with its size, and survives the catalog", async () => {
  await own.open("ledger").query("ANALYZE");
  const { captured, problems, coveredFromSecond } = await ledger.capture();
  expect(problems).toEqual([]);
  expect(coveredFromSecond).toBe(0);
  expect(captured).toMatchObject({ engine: "postgresql", product: "PostgreSQL", database: "ledger" });
  expect(captured.serverVersion).toMatch(/^\d+\.\d+/);
  expect(captured.schemas).toEqual(["app", "coordinator", "public", "scalar", "scalar_ns1", "scalardb"]);
  const asset = captured.tables.find(({ schema, name }) => schema === "scalar" && name === "asset");
  expect(asset).toMatchObject({ rows: 570, bytes: expect.any(Number) });
  expect(CapturedJdbc.parse(JSON.parse(JSON.stringify(captured)))).toEqual(captured);
});

test("a table that was made anew is another one, a database that was written to is the same", async () => {
  const sql = own.open("ledger");
  const before = await ledger.identify();
  await sql.query("UPDATE app.account SET moved = moved");
  expect((await ledger.identify()).identity).toEqual(before.identity);
  await sql.query("ALTER TABLE app.account RENAME TO a; CREATE TABLE app.account (LIKE app.a INCLUDING ALL)");
  await sql.query("DROP TABLE app.a");
  expect((await ledger.identify()).identity).not.toEqual(before.identity);
  expect(before.identity[0]).toMatch(/^system \d+$/);
});

test("settings are captured as they are", async () => {
  const sql = own.open("ledger");
  await sql.query(
    "CREATE ROLE app_owner; CREATE ROLE app_reader; ALTER TABLE app.account OWNER TO app_owner",
  );
  await sql.query("GRANT SELECT ON app.account TO app_reader; REVOKE CONNECT ON DATABASE ledger FROM PUBLIC");
  await sql.query("ALTER DATABASE ledger SET work_mem = '7MB'; ALTER DATABASE ledger CONNECTION LIMIT 77");
  await sql.query('ALTER ROLE app_reader IN DATABASE ledger SET search_path = app, "we""ird"');
  await sql.query(
    "COMMENT ON DATABASE ledger IS 'ours'; CREATE SEQUENCE app.numbers; SELECT setval('app.numbers', 41)",
  );
  const settings = keptSettings((await ledger.capture()).captured);
  expect(settings).toMatchObject({
    owner: "postgres",
    encoding: "UTF8",
    provider: "libc",
    connectionLimit: 77,
    comment: "ours",
    config: [
      { name: "work_mem", value: "7MB" },
      { role: "app_reader", name: "search_path", value: 'app, "we""ird"' },
    ],
    roles: ["app_owner", "app_reader", "postgres"],
    owners: ["app_owner", "postgres"],
    sequences: [{ schema: "app", name: "numbers", value: "41" }],
  });
  expect(settings.grants).not.toContainEqual(
    expect.objectContaining({ grantee: "PUBLIC", privilege: "CONNECT" }),
  );
  await sql.query("DROP SEQUENCE app.numbers");
});

async function problemsOf(server: JdbcServer): Promise<readonly string[]> {
  try {
    return (await server.identify()).problems;
  } finally {
    server.close();
  }
}

test("a list of schemas that misses the coordinator is worthless, and so is one that misses the metadata", async () => {
  expect(await problemsOf(openServer(own, "ledger", { schemas: ["scalar", "scalardb"] }))).toEqual(
    expect.arrayContaining([
      'the coordinator table "coordinator.state" is not among the tables that are dumped',
      'table "app.account", which ScalarDB\'s metadata lists, is not among the tables that are dumped',
    ]),
  );
  expect(await problemsOf(openServer(own, "ledger", { schemas: ["coordinator", "nowhere"] }))).toEqual([
    'there is no schema "nowhere"',
    'ScalarDB\'s metadata table "scalardb.metadata" is not among the tables that are dumped',
  ]);
});

test("a database without the coordinator's table says so: another one may have it", async () => {
  const server = openServer(own, "ledger", { coordinatorNamespace: "elsewhere" });
  expect(await server.identify()).toMatchObject({ coordinator: "elsewhere", problems: [] });
  server.close();
});

test.each([
  {
    what: "an unlogged table",
    make: "CREATE UNLOGGED TABLE app.trouble (id int)",
    undo: "DROP TABLE app.trouble",
    says: /"app.trouble" is unlogged/,
  },
  {
    what: "a foreign table",
    make: "CREATE FOREIGN DATA WRAPPER far; CREATE SERVER far FOREIGN DATA WRAPPER far; CREATE FOREIGN TABLE app.trouble (id int) SERVER far",
    undo: "DROP FOREIGN DATA WRAPPER far CASCADE",
    says: /"app.trouble" is a foreign table/,
  },
  {
    what: "a prepared transaction",
    make: "CREATE TABLE app.trouble (id int); BEGIN; INSERT INTO app.trouble VALUES (1); PREPARE TRANSACTION 'left behind'",
    undo: "ROLLBACK PREPARED 'left behind'",
    says: /transaction "left behind" is prepared/,
  },
])("$what is told before a dump is begun", async ({ make, undo, says }) => {
  const sql = own.open("ledger");
  await sql.query(make);
  expect((await ledger.identify()).problems.join("\n")).toMatch(says);
  await sql.query(undo);
  await sql.query("DROP TABLE IF EXISTS app.trouble");
  expect((await ledger.identify()).problems).toEqual([]);
});

test("a user who may not read a table, or not every row of it, is told so", async () => {
  const sql = own.open("ledger");
  await sql.query("CREATE ROLE dumper LOGIN PASSWORD 'dumps'; GRANT CONNECT ON DATABASE ledger TO dumper");
  await sql.query("GRANT pg_read_all_data TO dumper; ALTER TABLE app.account ENABLE ROW LEVEL SECURITY");
  await sql.query("CREATE TABLE app.closed (id int)");
  const open = () => openPostgresql(settingsOf(own, "ledger", { user: "dumper" }), { DB_PASSWORD: "dumps" });
  expect(await problemsOf(open())).toEqual([
    'row-level security hides rows of "app.account" from user "dumper": grant it BYPASSRLS',
  ]);
  await sql.query("ALTER TABLE app.account DISABLE ROW LEVEL SECURITY; REVOKE pg_read_all_data FROM dumper");
  const problems = await problemsOf(open()).catch((error: unknown) => [String(error)]);
  expect(problems.join("\n")).toMatch(/dumper/);
  await sql.query("DROP TABLE app.closed");
});

async function toolSaying(version: string): Promise<string> {
  const folder = join(own.folder, `tools-${version.replaceAll(/\W/g, "-")}`);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "pg_dump"), `#!/bin/sh\necho "pg_dump (PostgreSQL) ${version}"\n`);
  await chmod(join(folder, "pg_dump"), 0o755);
  return folder;
}

test("a tool that is older than the server is refused, one that is newer is not, and none is told as such", async () => {
  const old = await toolSaying("9.6.24");
  expect(await problemsOf(openServer(own, "ledger", { tools: old }))).toEqual([
    expect.stringMatching(/tools-9-6-24\/pg_dump" is pg_dump \(PostgreSQL\) 9.6.24, older than the server/),
  ]);
  expect(await problemsOf(openServer(own, "ledger", { tools: await toolSaying("99.1") }))).toEqual([]);
  expect(await problemsOf(openServer(own, "ledger", { tools: join(own.folder, "none") }))).toEqual([
    expect.stringMatching(/none\/pg_dump" cannot be run: install PostgreSQL's client, version \d+ or later/),
  ]);
});
