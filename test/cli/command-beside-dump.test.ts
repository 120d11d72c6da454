import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { BackupOutput } from "../../functions/cli/json/backup.ts";
import { ERRORS } from "../../shared/errors/table.ts";
import { loadIntoSql } from "../databases/sql/load-fixture.ts";
import { type OwnPostgresql, ownPostgresql } from "../databases/sql/own-postgresql.ts";
import { type GatedWorld, gatedWorld } from "./gated-world.ts";
import { stillpoint } from "./stillpoint.ts";

let postgresql: OwnPostgresql;
let world: GatedWorld;
beforeAll(async () => {
  postgresql = await ownPostgresql();
  await loadIntoSql(await postgresql.make("ledger"), "ledger-postgres.jsonl.gz");
  const { host, port, user } = postgresql.address("ledger");
  const password = { env: "DB_PASSWORD" };
  const main = {
    kind: "jdbc",
    engine: "postgresql",
    host,
    port,
    user,
    password,
    tls: "off",
    database: "ledger",
  };
  const databases = { main: { ...main, dumps: { kind: "folder", path: "./dumps" } } };
  world = await gatedWorld({ deployment: { databases } });
}, 60_000);
afterAll(async () => {
  await world?.[Symbol.asyncDispose]();
  await postgresql?.end();
});

async function backup(...words: readonly string[]) {
  const env = { DB_PASSWORD: postgresql.server.password };
  const { status, stdout } = await stillpoint(["-c", world.config, "backup", "--json", ...words], { env });
  return { status, told: BackupOutput.parse(JSON.parse(stdout)) };
}
const dumps = async () =>
  (await readdir(join(world.folder, "dumps"), { recursive: true }).catch(() => [])).filter((name) =>
    name.endsWith(".zst"),
  );

test("one database that nobody is paused for otherwise is dumped inside the window of a command", async () => {
  const alone = await backup();
  expect(alone.told).toMatchObject({ point: { basis: "snapshot", artifact: "complete" } });
  const { status, told } = await backup("--run", "echo copied");
  expect({ status, verdict: told.verdict }).toEqual({ status: 0, verdict: "valid" });
  expect(told.point).toMatchObject({
    basis: "window",
    artifact: "complete",
    restorable: true,
    databases: [{ name: "main", kind: "jdbc", dump: { format: "custom" } }],
    command: { output: "copied\n" },
  });
  expect(await dumps()).toHaveLength(2);
}, 60_000);

test("a dump beside a command that fails is ended, and nothing of it is kept", async () => {
  const before = await dumps();
  const { status, told } = await backup("--run", "exit 7");
  expect(status).toBe(ERRORS.COMMAND_FAILED.exit);
  expect(told).not.toHaveProperty("point");
  expect(await dumps()).toEqual(before);
  expect(world.gates.some((gate) => gate.checkPaused())).toBe(false);
}, 60_000);
