import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createConnection } from "mysql2/promise";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Mariadb, missingMariadb, startMariadb } from "../../../rehearsal/servers/mariadb-server.ts";
import { missingPrograms } from "../../../rehearsal/servers/missing-programs.ts";

let folder: string;
let server: Mariadb;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "stillpoint-mariadb-"));
  server = await startMariadb({ folder, settings: { "log-bin": "log", "server-id": "7" } });
}, 60_000);

afterAll(async () => {
  await server?.close();
  await rm(folder, { recursive: true, force: true });
});

async function ask(password: string, text: string): Promise<unknown> {
  const { port, user } = server;
  const connection = await createConnection({ host: "127.0.0.1", port, user, password });
  try {
    const [rows] = await connection.query(text);
    return rows;
  } finally {
    connection.destroy();
  }
}

describe("startMariadb", () => {
  it("answers on its port with the settings asked for", async () => {
    expect(await missingMariadb()).toBeUndefined();
    expect(await ask(server.password, "SELECT @@server_id id, @@log_bin log")).toEqual([{ id: 7, log: 1 }]);
  });

  it("lets nobody in without the password", async () => {
    await expect(ask("wrong", "SELECT 1")).rejects.toThrow(/Access denied/);
  });

  it("goes on with the data of a folder that a server was killed in", async () => {
    await ask(server.password, "CREATE DATABASE kept");
    await server.kill();
    await server.close();
    server = await startMariadb({ folder });
    expect(await ask(server.password, "SHOW DATABASES LIKE 'kept'")).toHaveLength(1);
  });
});

it("names the programs that a machine lacks, with the packages to install", async () => {
  const said = await missingPrograms("Foo", ["sh", "no-such-food"], ["foo-server"]);
  expect(said).toBe('Foo needs "no-such-food", not found here; on Debian: apt-get install foo-server');
});
