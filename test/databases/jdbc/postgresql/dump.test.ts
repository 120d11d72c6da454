import { execFileSync } from "node:child_process";
import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { buffer, text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { JdbcServer } from "../../../../shared/databases/jdbc/server.ts";
import { type OwnPostgresql, ownPostgresql } from "../../sql/own-postgresql.ts";
import { dumpOf, makeLedger, openServer } from "./ledger-database.ts";

let own: OwnPostgresql;
let ledger: JdbcServer;

beforeAll(async () => {
  own = await ownPostgresql();
  ledger = await makeLedger(own, "ledger");
  // More than is buffered: the tool cannot be done before somebody reads.
  await own
    .open("ledger")
    .query(
      "CREATE TABLE app.bulk AS SELECT repeat(md5(n::text), 100) AS bulk FROM generate_series(1, 2000) AS n",
    );
});
afterAll(async () => {
  ledger?.close();
  await own?.end();
});

function plain(): JdbcServer {
  return openServer(own, "ledger", { format: "plain" });
}

test("a dump holds what was there when its snapshot was taken, and nothing that was written since", async () => {
  const sql = own.open("ledger");
  const server = plain();
  const { captured } = await server.capture();
  await sql.query("INSERT INTO coordinator.state (tx_id, tx_state) VALUES ('just-before', 3)");
  const running = await server.startDump(captured, Date.now);
  await sql.query("INSERT INTO coordinator.state (tx_id, tx_state) VALUES ('just-after', 3)");
  await sql.query("UPDATE app.account SET region = 'written-later'");
  const dump = await text(running.output);
  await running.ended;
  expect(dump).toContain("just-before");
  expect(dump).not.toContain("just-after");
  expect(dump).not.toContain("written-later");
  expect(dump).toContain("PostgreSQL database dump complete");
  server.close();
});

test("a dump whose tool has ended before anybody reads it is whole", async () => {
  const server = openServer(own, "ledger", { format: "plain", schemas: ["coordinator"] });
  const { captured } = await server.capture();
  const running = await server.startDump(captured, Date.now);
  await running.ended;
  expect(await text(running.output)).toContain("PostgreSQL database dump complete");
  server.close();
});

test("a dump says when and where its snapshot was taken, and by which tool", async () => {
  const before = Date.now();
  const { running, bytes } = await dumpOf(ledger);
  const { begunMs, takenMs, atMs, position } = running.snapshot;
  expect([before <= begunMs, begunMs <= takenMs, takenMs <= Date.now()]).toEqual([true, true, true]);
  expect(atMs).toBeGreaterThanOrEqual(begunMs - 1);
  expect(atMs).toBeLessThanOrEqual(takenMs);
  expect(position).toMatch(/^[0-9A-F]+\/[0-9A-F]+ \d+:\d+:/);
  expect(running.tool).toMatch(/^pg_dump \(PostgreSQL\) \d+\.\d+$/);
  expect(bytes.subarray(0, 5).toString()).toBe("PGDMP");
});

test("tables cannot be truncated, dropped or altered while they are dumped", async () => {
  const sql = own.open("ledger");
  const { captured } = await ledger.capture();
  const running = await ledger.startDump(captured, Date.now);
  const session = await sql.session();
  await session.query("SET lock_timeout = 50");
  for (const statement of [
    "TRUNCATE app.account",
    "DROP TABLE app.account",
    "ALTER TABLE app.account ADD x int",
  ])
    await expect(session.query(statement)).rejects.toThrow(/lock timeout/);
  await session.end();
  await buffer(running.output);
  await running.ended;
});

test("a table that appears while the others are dumped makes the dump worthless", async () => {
  const sql = own.open("ledger");
  const { captured } = await ledger.capture();
  const running = await ledger.startDump(captured, Date.now);
  await sql.query("CREATE TABLE app.late (id int)");
  await buffer(running.output);
  await expect(running.ended).rejects.toMatchObject({
    code: "DUMP_FAILED",
    message: expect.stringContaining('table "app.late" appeared'),
  });
  await sql.query("DROP TABLE app.late");
});

test("a table that somebody has locked fails the dump, with who that is, before anything is dumped", async () => {
  const { captured } = await ledger.capture();
  const session = await own.open("ledger").session();
  await session.query("BEGIN; LOCK TABLE app.account IN ACCESS EXCLUSIVE MODE");
  await expect(ledger.startDump(captured, Date.now)).rejects.toMatchObject({
    code: "DUMP_FAILED",
    message: expect.stringMatching(
      /within 5 s: locked app\.account by user "postgres" of application "stillpoint" .*nothing was dumped/,
    ),
  });
  await session.query("ROLLBACK");
  await session.end();
});

test("a session whose locks are lost in the middle fails the dump", async () => {
  const { captured } = await ledger.capture();
  const running = await ledger.startDump(captured, Date.now);
  await own
    .open()
    .query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_export_snapshot%' AND pid <> pg_backend_pid()",
    );
  running.output.resume();
  await expect(running.ended).rejects.toMatchObject({ code: "DUMP_FAILED" });
});

test("a dump that is stopped ends its tool and its sessions", async () => {
  const { captured } = await ledger.capture();
  const abort = new AbortController();
  const running = await ledger.startDump(captured, Date.now, abort.signal);
  abort.abort();
  await expect(running.ended).rejects.toMatchObject({ code: "DUMP_FAILED" });
  await running.stop();
  const open = "SELECT count(*) AS number FROM pg_stat_activity WHERE state = 'idle in transaction'";
  await expect.poll(() => own.open().query(open)).toEqual([{ number: 0 }]);
});

async function toolThat(script: string): Promise<string> {
  const folder = join(own.folder, `tools-${Math.abs(hashOf(script))}`);
  execFileSync("mkdir", ["-p", folder]);
  const file = join(folder, "pg_dump");
  await writeFile(
    file,
    `#!/bin/sh\nif [ "$1" = --version ]; then echo "pg_dump (PostgreSQL) 99.0"; exit; fi\n${script}\n`,
  );
  await chmod(file, 0o755);
  return folder;
}

function hashOf(script: string): number {
  return [...script].reduce((sum, each) => (sum * 31 + each.charCodeAt(0)) | 0, 7);
}

test("a tool that fails fails the dump with its last words, and the tool never gets the password as a word", async () => {
  const tools = await toolThat(
    'echo "some rows"; echo "words: $*" >&2; test -n "$PGPASSWORD" && echo "has: password" >&2; exit 3',
  );
  const server = openServer(own, "ledger", { tools });
  const { captured } = await server.capture();
  const running = await server.startDump(captured, Date.now);
  await buffer(running.output);
  const failure = await running.ended.catch((error: unknown) => error);
  expect(failure).toMatchObject({ code: "DUMP_FAILED" });
  expect(String(failure)).toMatch(/cannot dump database "ledger": .*ended with status 3: words: --snapshot=/);
  expect(String(failure)).toContain("has: password");
  expect(String(failure)).not.toContain(own.server.password);
  server.close();
});

test("a tool of another folder that cannot be started fails the dump", async () => {
  const { captured } = await ledger.capture();
  const server = openServer(own, "ledger", { tools: join(own.folder, "none") });
  const running = await server.startDump(captured, Date.now);
  running.output.resume();
  await expect(running.ended).rejects.toMatchObject({
    code: "DUMP_FAILED",
    message: expect.stringContaining("could not be started"),
  });
  server.close();
});

test("a schema list dumps those schemas and no other, whatever they are called", async () => {
  const sql = await own.make("odd");
  for (const schema of ['we"ird; drop', "UPPER", "スキーマ", "other", "a.b*"])
    await sql.query(
      `CREATE SCHEMA "${schema.replaceAll('"', '""')}"; CREATE TABLE "${schema.replaceAll('"', '""')}"."T 1" (id int)`,
    );
  const schemas = ['we"ird; drop', "UPPER", "スキーマ", "a.b*"];
  const server = openServer(own, "odd", { format: "plain", schemas });
  const { captured } = await server.capture();
  const running = await server.startDump(captured, Date.now);
  const dump = await text(running.output);
  await running.ended;
  expect(captured.tables.map(({ schema }) => schema).sort()).toEqual([...schemas].sort());
  for (const schema of schemas)
    expect(dump).toContain(`CREATE TABLE "${schema.replaceAll('"', '""')}"."T 1"`);
  expect(dump).not.toContain("other");
  server.close();
});

test("a server that goes away in the middle fails the dump", async () => {
  const mortal = await ownPostgresql();
  const server = await makeLedger(mortal, "ledger");
  await mortal
    .open("ledger")
    .query(
      "INSERT INTO scalar.contract_class SELECT n::text, decode(repeat('00', 100000), 'hex') FROM generate_series(1, 200) n",
    );
  const { captured } = await server.capture();
  const running = await server.startDump(captured, Date.now);
  for await (const _ of running.output) {
    await mortal.server.kill();
    break;
  }
  await expect(running.ended).rejects.toMatchObject({ code: "DUMP_FAILED" });
  server.close();
  await mortal.end();
});
