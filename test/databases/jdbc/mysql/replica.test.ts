import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { JdbcServer } from "../../../../shared/databases/jdbc/server.ts";
import { type OwnMariadb, ownMariadb } from "../../sql/own-mariadb.ts";
import { makeBank, opened } from "./lab.ts";

let source: OwnMariadb;
let replica: OwnMariadb;

beforeAll(async () => {
  [source, replica] = await Promise.all([
    ownMariadb({ settings: { "log-bin": "log", "server-id": "1" } }),
    ownMariadb({ settings: { "server-id": "2" } }),
  ]);
  const [log] = await source.sql.query("SHOW MASTER STATUS");
  const { port, user, password } = source.address;
  await replica.sql.query(
    `CHANGE MASTER TO MASTER_HOST = '127.0.0.1', MASTER_PORT = ${port}, MASTER_USER = '${user}',
     MASTER_PASSWORD = '${password}', MASTER_LOG_FILE = '${log?.["File"]}', MASTER_LOG_POS = ${log?.["Position"]}`,
  );
  await replica.sql.query("START SLAVE");
  await makeBank(source.sql);
  await received();
});
afterAll(async () => {
  await replica?.end();
  await source?.end();
});

/** All that the source has logged; whether it was executed is another thing. */
async function received(): Promise<void> {
  const [log] = await source.sql.query("SHOW MASTER STATUS");
  await vi.waitFor(async () => {
    const [status] = await replica.sql.query("SHOW SLAVE STATUS");
    expect(status?.["Read_Master_Log_Pos"]).toBe(log?.["Position"]);
  }, 10_000);
}

async function committedLast(): Promise<unknown> {
  const session = await source.sql.session();
  await session.query("INSERT INTO coordinator.state VALUES ()");
  const [row] = await session.query("SELECT LAST_INSERT_ID() AS id");
  await session.end();
  await received();
  return row?.["id"];
}

function start(server: JdbcServer, captured: Awaited<ReturnType<JdbcServer["capture"]>>["captured"]) {
  return server.startDump(captured, () => performance.now());
}

test("a replica that has not executed what it has received is not dumped, however short that is", async () => {
  const server = opened(replica, { replicaWaitMs: 10_000 });
  const { problems, captured } = await server.capture();
  expect(problems).toEqual([]);
  const holding = await replica.sql.session();
  await holding.query("LOCK TABLES coordinator.state READ");
  const last = await committedLast();
  const hasty = opened(replica);
  await expect(start(hasty, captured)).rejects.toMatchObject({
    code: "DUMP_FAILED",
    message: expect.stringMatching(/is a replica that (has received log\.\d+:\d+|is \d+ s behind)/),
  });
  const starting = start(server, captured);
  await holding.query("UNLOCK TABLES");
  const running = await starting;
  const dump = await text(running.output as Readable);
  await running.ended;
  expect(dump).toMatch(new RegExp(`INSERT INTO .state. VALUES[^;]*\\(${last}\\)`, "s"));
  await holding.end();
  for (const each of [server, hasty]) each.close();
});

test("a replica that stops between the capture and the dump is not dumped", async () => {
  const server = opened(replica);
  const { captured } = await server.capture();
  await replica.sql.query("STOP SLAVE SQL_THREAD");
  await expect(start(server, captured)).rejects.toMatchObject({
    code: "DUMP_FAILED",
    message: expect.stringContaining("a replica that does not replicate at present"),
  });
  await replica.sql.query("START SLAVE SQL_THREAD");
  server.close();
});
