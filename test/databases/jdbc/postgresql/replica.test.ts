import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type PostgresqlServer, startPostgresql } from "../../../../rehearsal/servers/postgresql-server.ts";
import { giveToServerUser } from "../../../../rehearsal/servers/postgresql-user.ts";
import type { JdbcServer } from "../../../../shared/databases/jdbc/server.ts";
import { type OwnPostgresql, ownPostgresql } from "../../sql/own-postgresql.ts";
import { makeLedger, openServer } from "./ledger-database.ts";

let own: OwnPostgresql;
let ledger: JdbcServer;
let folder: string;
let standby: PostgresqlServer;

beforeAll(async () => {
  own = await ownPostgresql();
  ledger = await makeLedger(own, "ledger");
  folder = mkdtempSync(join(tmpdir(), "stillpoint-replica-"));
  const { host, port, user, password } = own.server;
  const data = join(folder, "data");
  const words = ["-D", data, "-R", "-X", "stream", "-c", "fast", "-h", host, "-p", String(port), "-U", user];
  const env = { ...process.env, PGPASSWORD: password };
  execFileSync("pg_basebackup", words, { env, stdio: "pipe" });
  execFileSync("chmod", ["700", data]);
  await giveToServerUser(["-R", data], folder);
  standby = await startPostgresql({ folder, password });
});
afterAll(async () => {
  ledger?.close();
  await standby?.close();
  await own?.end();
  rmSync(folder, { recursive: true });
});

function replica(replicaWaitMs: number): JdbcServer {
  return openServer({ ...own, server: standby }, "ledger", { replicaWaitMs, format: "plain" });
}

async function replayedAll(): Promise<void> {
  const [row] = await own.open("ledger").query("SELECT pg_current_wal_lsn()::text AS lsn");
  const sql = replica(0).sql;
  const asked = "SELECT pg_last_wal_replay_lsn() >= $1::pg_lsn AS yes";
  await expect.poll(() => sql.query(asked, [row?.["lsn"]]), { timeout: 10_000 }).toEqual([{ yes: true }]);
  sql.close();
}

test("a replica that has taken everything in is dumped like its primary", async () => {
  await own.open("ledger").query("INSERT INTO coordinator.state (tx_id, tx_state) VALUES ('replicated', 3)");
  await replayedAll();
  const server = replica(0);
  const { problems, captured } = await server.capture();
  expect(problems).toEqual([]);
  const running = await server.startDump(captured, Date.now);
  expect(await text(running.output)).toContain("replicated");
  await running.ended;
  expect(running.snapshot.position).toMatch(/^[0-9A-F]+\/[0-9A-F]+ /);
  server.close();
});

test("a replica that lags is refused, and one that catches up in time is waited for", async () => {
  await replayedAll();
  const server = replica(0);
  await server.sql.query("SELECT pg_wal_replay_pause()");
  await own.open("ledger").query("INSERT INTO coordinator.state (tx_id, tx_state) VALUES ('late', 3)");
  const isBehind = "SELECT latest_end_lsn > pg_last_wal_replay_lsn() AS behind FROM pg_stat_wal_receiver";
  await expect.poll(() => server.sql.query(isBehind), { timeout: 30_000 }).toEqual([{ behind: true }]);
  const { problems, captured } = await server.capture();
  expect(problems).toEqual([
    expect.stringMatching(/^the server is a replica that lags: it has taken in .* of /),
  ]);
  await expect(server.startDump(captured, Date.now)).rejects.toMatchObject({ code: "DUMP_FAILED" });
  const patient = replica(30_000);
  const waiting = patient.capture();
  await server.sql.query("SELECT pg_wal_replay_resume()");
  expect((await waiting).problems).toEqual([]);
  patient.close();
  server.close();
});

test("a replica whose primary is gone is refused", async () => {
  await own.server.kill();
  const server = replica(0);
  expect((await server.capture()).problems).toEqual([
    expect.stringMatching(/not connected to its primary|whose receiver is|has not heard/),
  ]);
  server.close();
});
