import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { isListening } from "../../../rehearsal/scalardb-server/local-port.ts";
import { postgresqlPrograms } from "../../../rehearsal/servers/postgresql-programs.ts";
import { type PostgresqlServer, startPostgresql } from "../../../rehearsal/servers/postgresql-server.ts";

let folder: string;
let server: PostgresqlServer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "stillpoint-postgresql-"));
  server = await startPostgresql({ folder, settings: { max_connections: "7" } });
});
afterAll(async () => {
  await server?.close();
  await rm(folder, { recursive: true });
});

test("a server of its own answers with the settings that it was given", async () => {
  const client = new Client({ ...server, database: "postgres" });
  await client.connect();
  const { rows } = await client.query(
    "SELECT current_setting('max_connections') AS most, current_user AS who",
  );
  await client.end();
  expect(rows).toEqual([{ most: "7", who: "postgres" }]);
});

test("nobody is let in with another password", async () => {
  const client = new Client({ ...server, password: "guess", database: "postgres" });
  await expect(client.connect()).rejects.toThrow(/password authentication failed/);
});

test("it ends at once, whoever is connected", async () => {
  const client = new Client({ ...server, database: "postgres" });
  client.on("error", () => undefined);
  await client.connect();
  await server.close();
  expect(await isListening(server.port)).toBe(false);
});

test("programs are found on the path where no version is installed", async () => {
  const found = await postgresqlPrograms(join(folder, "none"));
  expect([undefined, { initdb: "initdb", postgres: "postgres" }]).toContainEqual(found);
});
