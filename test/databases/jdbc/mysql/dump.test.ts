import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { buffer, text } from "node:stream/consumers";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { seededRandom } from "../../../../rehearsal/ledger/random.ts";
import { writeOptionFile } from "../../../../shared/databases/jdbc/mysql/option-file.ts";
import { startTool } from "../../../../shared/databases/jdbc/mysql/tool-process.ts";
import type { JdbcServer, RunningDump } from "../../../../shared/databases/jdbc/server.ts";
import { quoted } from "../../../../shared/databases/sql/quote.ts";
import type { CapturedJdbc } from "../../../../shared/restore/jdbc/captured.ts";
import { type CertificateShop, certificateShop } from "../../../admin/certificates.ts";
import { type OwnMariadb, ownMariadb } from "../../sql/own-mariadb.ts";
import { type Changed, makeBank, opened, STRANGE, transfer } from "./lab.ts";

let own: OwnMariadb;
let shop: CertificateShop;
let authority: ReturnType<CertificateShop["newAuthority"]>;
const open: JdbcServer[] = [];

beforeAll(async () => {
  shop = certificateShop();
  authority = shop.newAuthority("lab");
  const tls = authority.issue("server", "IP:127.0.0.1");
  own = await ownMariadb({ tls, settings: { "log-bin": "log", "server-id": "7" } });
  await makeBank(own.sql);
}, 60_000);
afterAll(async () => {
  await own?.end();
  shop?.close();
});
afterEach(() => {
  for (const server of open.splice(0)) server.close();
});

function connect(changed?: Changed): JdbcServer {
  const server = opened(own, changed);
  open.push(server);
  return server;
}

async function captured(server: JdbcServer): Promise<CapturedJdbc> {
  const capture = await server.capture();
  expect(capture.problems).toEqual([]);
  return capture.captured;
}

async function start(server: JdbcServer): Promise<RunningDump> {
  return server.startDump(await captured(server), () => performance.now());
}

/** So much that the tool cannot have read it before somebody takes what it writes. */
async function makeLarge(name: string, megabytes = 20): Promise<string> {
  const table = quoted("mysql", "scalar", name);
  await own.sql.query(`CREATE OR REPLACE TABLE ${table} (id INT PRIMARY KEY, words TEXT)`);
  await own.sql.query(
    `INSERT INTO ${table} SELECT seq, REPEAT('x', 10000) FROM scalar.seq_1_to_${megabytes * 100}`,
  );
  return table;
}

describe("capture", () => {
  test("takes the schemas that ScalarDB's metadata lists, with the coordinator's and the metadata's own", async () => {
    const { captured: found, identity } = await connect().capture();
    expect(found).toMatchObject({
      engine: "mysql",
      product: "MariaDB",
      schemas: [STRANGE, "coordinator", "scalar", "scalardb"],
    });
    expect(found.serverVersion).toMatch(/^10\.\d+\.\d+-MariaDB/);
    expect(found.tables).toContainEqual(
      expect.objectContaining({ schema: STRANGE, name: "Konto é", rows: 50, bytes: 16384 }),
    );
    expect(identity[0]).toMatch(/^server MariaDB .*server_id 7/);
    expect(identity).toHaveLength(6);
  });

  test("gives every table another identity once it was truncated, altered or made anew", async () => {
    const server = connect();
    const table = "scalar.changing";
    const identities = new Set<string | undefined>();
    const changes = [
      `CREATE TABLE ${table} (id INT PRIMARY KEY, words TEXT)`,
      `TRUNCATE TABLE ${table}`,
      `ALTER TABLE ${table} ADD COLUMN more INT`,
      `ALTER TABLE ${table} DROP COLUMN more, ALGORITHM = COPY`,
      `DROP TABLE ${table}`,
      `CREATE TABLE ${table} (id INT PRIMARY KEY, words TEXT)`,
    ];
    for (const change of changes) {
      await own.sql.query(change);
      const { identity } = await server.identify();
      identities.add(identity.find((name) => name.includes('"changing"')));
    }
    expect(identities.size).toBe(changes.length);
    await own.sql.query(`INSERT INTO ${table} VALUES (1, 'x')`);
    expect(identities).toContain(
      (await server.identify()).identity.find((name) => name.includes('"changing"')),
    );
    await own.sql.query(`DROP TABLE ${table}`);
  });

  test.each<{ what: string; make: string; undo: string; changed?: Changed; says: RegExp }>([
    {
      what: "a MyISAM table",
      make: "CREATE TABLE scalar.old (id INT) ENGINE = MyISAM",
      undo: "DROP TABLE scalar.old",
      says: /^table "scalar"."old" is kept by MyISAM, which knows no transactions.*ENGINE = InnoDB/,
    },
    {
      what: "an Aria table",
      make: "CREATE TABLE scalar.aria (id INT) ENGINE = Aria",
      undo: "DROP TABLE scalar.aria",
      says: /"aria" is kept by Aria/,
    },
    {
      what: "a table in memory",
      make: "CREATE TABLE scalar.brief (id INT) ENGINE = MEMORY",
      undo: "DROP TABLE scalar.brief",
      says: /"brief" is kept by MEMORY/,
    },
    {
      what: "a sequence",
      make: "CREATE SEQUENCE scalar.numbers",
      undo: "DROP SEQUENCE scalar.numbers",
      says: /"numbers" is a sequence, whose contents a dump in one transaction does not carry/,
    },
    {
      what: "a table whose name has a line break",
      make: "CREATE TABLE scalar.`a\nUSE b` (id INT)",
      undo: "DROP TABLE scalar.`a\nUSE b`",
      says: /^the name of "scalar.a\\nUSE b" has a line break: rename it/,
    },
    {
      what: "a trigger that would end itself in a dump",
      make: "CREATE TRIGGER scalar.t BEFORE INSERT ON scalar.account FOR EACH ROW SET @x = 'a\nDELIMITER ;'",
      undo: "DROP TRIGGER scalar.t",
      says: /trigger "scalar"."t" has a line that begins with DELIMITER/,
    },
    {
      what: "a list of schemas without the coordinator's",
      make: "DO 0",
      undo: "DO 0",
      changed: { schemas: ["scalar", "scalardb", STRANGE] },
      says: /^schemas leaves out "coordinator", which holds the coordinator's table/,
    },
    {
      what: "a list of schemas without one that the metadata lists",
      make: "DO 0",
      undo: "DO 0",
      changed: { schemas: ["scalar", "scalardb", "coordinator"] },
      says: /^schemas leaves out ".*rich.*", which is listed in ScalarDB's metadata/,
    },
    {
      what: "a schema that is not there",
      make: "DO 0",
      undo: "DO 0",
      changed: { schemas: ["scalar", "scalardb", "coordinator", STRANGE, "gone"] },
      says: /^there is no schema "gone", or the user may not see it/,
    },
    {
      what: "a table that the metadata lists and nobody finds",
      make: "INSERT INTO scalardb.metadata VALUES ('scalar.lost', 'id', 'INT')",
      undo: "DELETE FROM scalardb.metadata WHERE full_table_name = 'scalar.lost'",
      says: /^ScalarDB's metadata lists table "scalar.lost", which is not there/,
    },
    {
      what: "a metadata schema that is not there",
      make: "DO 0",
      undo: "DO 0",
      changed: { metadataNamespace: "elsewhere" },
      says: /^schema "elsewhere" has no table "metadata"/,
    },
    {
      what: "a folder without the tool",
      make: "DO 0",
      undo: "DO 0",
      changed: { tools: "/nowhere" },
      says: /^there is no "mariadb-dump" or "mysqldump" in "\/nowhere": install the client package of MariaDB/,
    },
  ])("names $what as its only problem", async ({ make, undo, changed, says }) => {
    await own.sql.query(make);
    try {
      const { problems } = await connect(changed).capture();
      expect(problems).toEqual([expect.stringMatching(says)]);
    } finally {
      await own.sql.query(undo);
    }
  });

  test("names every privilege that the user lacks", async () => {
    await own.sql.query("CREATE USER poor@'127.0.0.1' IDENTIFIED BY 'poor'");
    for (const schema of ["scalardb", "coordinator", STRANGE])
      await own.sql.query(
        `GRANT SELECT, SHOW VIEW, TRIGGER ON ${quoted("mysql", schema)}.* TO poor@'127.0.0.1'`,
      );
    await own.sql.query("GRANT SELECT ON scalar.* TO poor@'127.0.0.1'");
    const { problems } = await connect({ user: "poor", word: "poor" }).capture();
    expect(problems).toEqual([
      expect.stringMatching(/^the user lacks PROCESS, .*: GRANT PROCESS ON \*\.\*$/),
      'the user lacks SHOW VIEW, TRIGGER on schema "scalar": grant it on all of the schema',
    ]);
    await own.sql.query("GRANT PROCESS ON *.* TO poor@'127.0.0.1'");
    await own.sql.query("GRANT SHOW VIEW, TRIGGER ON `scalar`.* TO poor@'127.0.0.1'");
    const enough = connect({ user: "poor", word: "poor" });
    const running = await start(enough);
    expect(await text(running.output as Readable)).toContain("-- Dump completed");
    await running.ended;
  });

  test("refuses a replica that does not replicate", async () => {
    await own.sql.query("CHANGE MASTER TO MASTER_HOST = '127.0.0.1', MASTER_PORT = 1, MASTER_USER = 'x'");
    const { problems } = await connect({ replicaWaitMs: 50 }).capture();
    expect(problems).toEqual([expect.stringMatching(/replica that does not replicate at present/)]);
    await own.sql.query("RESET SLAVE ALL");
  });
});

describe("startDump", () => {
  test.each([1, 2, 3])(
    "holds what was committed before, nothing of later, and no half of it (seed %i)",
    async (seed) => {
      const random = seededRandom(String(seed));
      const server = connect();
      const found = await captured(server);
      const writing = { go: true, last: 0 };
      const writers = Array.from({ length: 3 }, async () => {
        while (writing.go)
          writing.last = Math.max(writing.last, await transfer(own.sql, random).catch(() => 0));
      });
      await vi.waitFor(() => expect(writing.last).toBeGreaterThan(0), 10_000);
      const committedBefore = writing.last;
      const running = await server.startDump(found, () => performance.now());
      const [row] = await own.sql.query("SELECT MAX(tx_id) AS id FROM coordinator.state");
      const seenAfter = Number(row?.["id"]);
      await vi.waitFor(() => expect(writing.last).toBeGreaterThan(seenAfter + 5), 10_000);
      const dump = await text(running.output as Readable);
      await running.ended;
      writing.go = false;
      await Promise.all(writers);
      const ids = insertedRows(dump, "state").map(([id]) => Number(id));
      expect(ids).toContain(committedBefore);
      // Numbers are given out before they are committed, by three at once.
      expect(Math.max(...ids)).toBeLessThanOrEqual(seenAfter + 3);
      const balances = ["account", "Konto é"].flatMap((table) =>
        insertedRows(dump, table).map(([, balance]) => Number(balance)),
      );
      expect(balances).toHaveLength(100);
      expect(balances.reduce((sum, balance) => sum + balance)).toBe(100_000);
    },
  );

  test("says when its snapshot was taken, on both clocks, and where the server's log was", async () => {
    const server = connect();
    const before = { ours: performance.now(), theirs: await server.now() };
    const running = await start(server);
    const { begunMs, takenMs, atMs, position } = running.snapshot;
    expect(begunMs).toBeGreaterThan(before.ours);
    expect(takenMs).toBeGreaterThan(begunMs);
    expect(atMs).toBeGreaterThanOrEqual(before.theirs);
    expect(atMs).toBeLessThanOrEqual(await server.now());
    expect(position).toMatch(/^log\.\d+:\d+$/);
    expect(running).toMatchObject({ format: "plain", tool: expect.stringMatching(/MariaDB/) });
    await buffer(running.output as Readable);
    await running.ended;
  });

  test.each<{ what: string; change: string; undo: string; says: RegExp }>([
    {
      what: "truncated",
      change: "TRUNCATE TABLE scalar.zz_last",
      undo: "DO 0",
      says: /zz_last/,
    },
    {
      what: "altered",
      change: "ALTER TABLE scalar.zz_last ADD COLUMN more INT",
      undo: "DO 0",
      says: /zz_last/,
    },
    {
      what: "dropped",
      change: "DROP TABLE scalar.zz_last",
      undo: "CREATE TABLE scalar.zz_last (id INT)",
      says: /zz_last/,
    },
    {
      what: "made",
      change: "CREATE TABLE scalar.zzz_new AS SELECT 1 AS id",
      undo: "DROP TABLE scalar.zzz_new",
      says: /zzz_new/,
    },
  ])("fails where a table is $what meanwhile, and nobody waits", async ({ change, undo, says }) => {
    const large = await makeLarge("middle");
    await own.sql.query("CREATE TABLE scalar.zz_last (id INT PRIMARY KEY)");
    await own.sql.query("INSERT INTO scalar.zz_last VALUES (1)");
    const running = await start(connect());
    // Done while the tool stands still in the large table, since nobody takes what it writes.
    await own.sql.query(change);
    await buffer(running.output as Readable);
    await expect(running.ended).rejects.toMatchObject({
      code: "DUMP_FAILED",
      message: expect.stringMatching(says),
    });
    await own.sql.query(undo);
    await own.sql.query(`DROP TABLE ${large}, scalar.zz_last`);
  });

  test("fails where a table came between the capture and the dump", async () => {
    const server = connect();
    const found = await captured(server);
    await own.sql.query("CREATE TABLE scalar.between_them (id INT)");
    await expect(server.startDump(found, () => performance.now())).rejects.toMatchObject({
      code: "DUMP_FAILED",
      message: expect.stringContaining('table "scalar"."between_them" appeared'),
    });
    await own.sql.query("DROP TABLE scalar.between_them");
  });

  test("fails with the tool's own words where it is not let in", async () => {
    await own.sql.query("CREATE USER brief@'127.0.0.1' IDENTIFIED BY 'brief' WITH MAX_USER_CONNECTIONS 2");
    await own.sql.query("GRANT ALL ON *.* TO brief@'127.0.0.1'");
    await own.sql.query("REVOKE SUPER, CONNECTION ADMIN ON *.* FROM brief@'127.0.0.1'");
    // One connection for questions and one for locks: none is left for the tool.
    await expect(start(connect({ user: "brief", word: "brief" }))).rejects.toMatchObject({
      code: "DUMP_FAILED",
      message: expect.stringMatching(/max_user_connections.*; the server was not changed/s),
    });
  });

  test.each(["p\"a's#s\\w;ö", "  spaces [client] ", "=\ttab", "back\\slash\\"])(
    "lets the tool in with the password %j, which no process shows",
    async (word) => {
      await own.sql.query("CREATE OR REPLACE USER odd@'127.0.0.1' IDENTIFIED BY ?", [word]);
      await own.sql.query("GRANT ALL ON *.* TO odd@'127.0.0.1'");
      const running = await start(connect({ user: "odd", word }));
      await buffer(running.output as Readable);
      await running.ended;
    },
  );

  test("leaves the tool nothing of the environment that leads elsewhere or is a secret", async () => {
    const tools = join(own.folder, "tools");
    await mkdir(tools);
    const script = `#!/bin/sh
if [ "$1" = --version ]; then exec mariadb-dump --version; fi
env | grep -E "SECRET|MARIADB|HOME" >&2; exit 3\n`;
    await writeFile(join(tools, "mariadb-dump"), script, { mode: 0o755 });
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", "hunter2");
    vi.stubEnv("MARIADB_TLS_DISABLE_PEER_VERIFICATION", "1");
    await expect(start(connect({ tools }))).rejects.toMatchObject({
      message: expect.stringMatching(/: exit status 3; the server was not changed$/),
    });
    vi.unstubAllEnvs();
  });

  test("runs over TLS where that is not off", async () => {
    await own.sql.query("CREATE USER safe@'127.0.0.1' IDENTIFIED BY 'safe' REQUIRE SSL");
    await own.sql.query("GRANT ALL ON *.* TO safe@'127.0.0.1'");
    const tls = { ca: { file: authority.file } };
    const running = await start(connect({ user: "safe", word: "safe", tls }));
    await buffer(running.output as Readable);
    await running.ended;
  });

  test("is not let near a server whose certificate is of somebody else, by the tool's own check", async () => {
    const other = shop.newAuthority("other");
    const file = await writeOptionFile({ ...own.address, tls: { ca: { file: other.file } } }, "MariaDB");
    const tool = startTool("mariadb-dump", [file.argument, "--databases", "scalar"]);
    expect(await buffer(tool.output as Readable)).toHaveLength(0);
    expect(await tool.ended).toMatch(/TLS\/SSL error.*certificate/);
    await file.remove();
  });

  test("fails where the session is ended in the middle", async () => {
    const large = await makeLarge("middle");
    const running = await start(connect());
    const [session] = await own.sql.query(
      "SELECT trx_mysql_thread_id AS id FROM information_schema.INNODB_TRX",
    );
    await own.sql.query(`KILL HARD CONNECTION ${session?.["id"]}`);
    await buffer(running.output as Readable);
    await expect(running.ended).rejects.toMatchObject({
      code: "DUMP_FAILED",
      message: expect.stringMatching(/Lost connection|gone away|exit status \d+ after "-- /i),
    });
    await own.sql.query(`DROP TABLE ${large}`);
  });

  test("can be stopped at any time, by hand and by a signal, and leaves no session behind", async () => {
    const large = await makeLarge("middle");
    const server = connect();
    const found = await captured(server);
    const aborted = new AbortController();
    const byHand = await server.startDump(found, () => performance.now());
    const bySignal = await server.startDump(found, () => performance.now(), aborted.signal);
    await byHand.stop();
    aborted.abort();
    await expect(byHand.ended).rejects.toMatchObject({ code: "DUMP_FAILED" });
    await expect(bySignal.ended).rejects.toMatchObject({ code: "DUMP_FAILED" });
    await byHand.stop();
    await vi.waitFor(async () => {
      const left = await own.sql.query(
        "SELECT trx_id, trx_state, trx_started, trx_mysql_thread_id, trx_query, INFO, COMMAND, STATE, TIME FROM information_schema.INNODB_TRX LEFT JOIN information_schema.PROCESSLIST ON ID = trx_mysql_thread_id",
      );
      expect(left).toEqual([]);
      // A server that writes to a client that has gone away gives up after a minute at the latest (net_write_timeout).
    }, 75_000);
    await expect(server.startDump(found, () => performance.now(), AbortSignal.abort())).rejects.toMatchObject(
      {
        code: "DUMP_FAILED",
      },
    );
    await own.sql.query(`DROP TABLE ${large}`);
  }, 100_000);
});

describe("on a server without a log, where the tool lets go of a table once it has dumped it", () => {
  let other: OwnMariadb;
  beforeAll(async () => {
    other = await ownMariadb();
    await makeBank(other.sql);
    await other.sql.query("CREATE TABLE scalar.middle (id INT PRIMARY KEY, words TEXT)");
    await other.sql.query(
      "INSERT INTO scalar.middle SELECT seq, REPEAT('x', 10000) FROM scalar.seq_1_to_2000",
    );
  }, 60_000);
  afterAll(() => other?.end());

  test("a dump fails where a table is truncated that was dumped already: nobody can tell that it was", async () => {
    const server = opened(other);
    const running = await start(server);
    const output = running.output as Readable;
    let said = "";
    for await (const chunk of output.iterator({ destroyOnReturn: false })) {
      said += chunk;
      if (said.includes("Dumping data for table `middle`")) break;
    }
    await other.sql.query("TRUNCATE TABLE scalar.account");
    await buffer(output);
    await expect(running.ended).rejects.toMatchObject({
      code: "DUMP_FAILED",
      message: expect.stringContaining(
        'table "scalar"."account" was truncated, altered or created anew, while the dump was written',
      ),
    });
    expect(running.snapshot.position).toBeUndefined();
    server.close();
  });

  test("a dump fails where the server dies in the middle", async () => {
    const server = opened(other);
    const running = await start(server);
    await other.server.kill();
    await buffer(running.output as Readable);
    await expect(running.ended).rejects.toMatchObject({
      code: "DUMP_FAILED",
      message: expect.stringMatching(
        /(Lost connection|gone away|exit status \d+ after "-- ).*the server was not changed/is,
      ),
    });
    server.close();
  });
});

/** Values of the rows that a dump inserts into a table of numbers. */
function insertedRows(dump: string, table: string): readonly (readonly string[])[] {
  const start = `INSERT INTO \`${table}\` VALUES`;
  return dump
    .split(";\n")
    .filter((statement) => statement.includes(start))
    .flatMap((statement) => [...statement.slice(statement.indexOf(start)).matchAll(/\(([\d,-]+)\)/g)])
    .map(([, values]) => (values ?? "").split(","));
}
