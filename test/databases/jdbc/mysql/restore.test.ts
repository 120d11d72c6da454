import { Readable } from "node:stream";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { startMariadb } from "../../../../rehearsal/servers/mariadb-server.ts";
import type { JdbcServer, Names } from "../../../../shared/databases/jdbc/server.ts";
import { quoted } from "../../../../shared/databases/sql/quote.ts";
import { type OwnMariadb, ownMariadb } from "../../sql/own-mariadb.ts";
import { type Changed, contents, type Dumped, dumpAll, makeBank, opened, STRANGE } from "./lab.ts";

let own: OwnMariadb;
let dumped: Dumped;
let original: Awaited<ReturnType<typeof contents>>;
const open: JdbcServer[] = [];

beforeAll(async () => {
  own = await ownMariadb();
  await makeBank(own.sql);
  const server = opened(own);
  dumped = await dumpAll(server);
  original = await contents(own.sql, dumped.captured);
  server.close();
}, 60_000);
afterAll(() => own?.end());
afterEach(() => {
  for (const server of open.splice(0)) server.close();
});

function connect(changed?: Changed): JdbcServer {
  const server = opened(own, changed);
  open.push(server);
  return server;
}

let runs = 0;
/** Each test is a run of its own. */
function newRun(server: JdbcServer) {
  const run = `restore-${++runs}`;
  return { run, ...server.targetsOf(dumped.captured, run) };
}

function loading(targets: Names, run: string, bytes: Buffer = dumped.bytes) {
  const { captured } = dumped;
  return { captured, targets, run, scratchDir: "/nowhere", open: async () => Readable.from([bytes]) };
}

async function schemasNow(): Promise<readonly string[]> {
  const rows = await own.sql.query("SELECT SCHEMA_NAME AS name FROM information_schema.SCHEMATA ORDER BY 1");
  return rows
    .map(({ name }) => String(name))
    .filter((name) => !/^(information_schema|mysql|performance_schema|sys)$/.test(name));
}

describe("load", () => {
  test("gives every row of every table again, whatever is in it, beside originals that stay as they are", async () => {
    const server = connect();
    const { run, targets } = newRun(server);
    expect(await server.obstacles(dumped.captured, { targets, kept: {}, inPlace: false })).toEqual([]);
    await server.load(loading(targets, run));
    expect(await contents(own.sql, dumped.captured, targets)).toEqual(original);
    expect(await contents(own.sql, dumped.captured)).toEqual(original);
    expect(await server.settle(dumped.captured, targets)).toEqual({});
    const restored = server.sqlOf(targets);
    expect(await restored.query("SELECT 1 AS one")).toEqual([{ one: 1 }]);
    restored.close();
    await server.removeTargets(targets, run);
    expect((await schemasNow()).filter((name) => Object.values(targets).includes(name))).toEqual([]);
  });

  test("repeated, begins anew and ends the same", async () => {
    const server = connect();
    const { run, targets } = newRun(server);
    const cut = dumped.bytes.subarray(0, Math.floor(dumped.bytes.length / 2));
    await expect(server.load(loading(targets, run, cut))).rejects.toMatchObject({ code: "LOAD_FAILED" });
    await server.load(loading(targets, run));
    await own.sql.query(`DELETE FROM ${quoted("mysql", targets["scalar"] ?? "", "account")}`);
    await server.load(loading(targets, run));
    expect(await contents(own.sql, dumped.captured, targets)).toEqual(original);
    await server.removeTargets(targets, run);
  });

  test("asks for no client where another host loads the dump", async () => {
    const server = connect({ tools: "/nowhere" });
    const { targets } = newRun(server);
    const plan = { targets, kept: {}, inPlace: false };
    expect(await server.obstacles(dumped.captured, { ...plan, toolsElsewhere: true })).toEqual([]);
    expect(await server.obstacles(dumped.captured, plan)).toEqual([
      expect.stringMatching(/there is no .* in "\/nowhere": install the client package/),
    ]);
  });

  test("never touches a schema that is not of its run", async () => {
    const server = connect();
    const { run, targets } = newRun(server);
    const theirs = targets["scalar"] ?? "";
    await own.sql.query(`CREATE DATABASE ${theirs}`);
    await own.sql.query(`CREATE TABLE ${theirs}.precious (id INT)`);
    const obstacles = await server.obstacles(dumped.captured, { targets, kept: {}, inPlace: false });
    expect(obstacles).toEqual([
      `schema "${theirs}" is there already, with 1 tables: drop it, or move it away`,
    ]);
    await expect(server.load(loading(targets, run))).rejects.toMatchObject({
      code: "LOAD_FAILED",
      message: expect.stringMatching(/is there already and is not of this run; it was not touched/),
    });
    await server.removeTargets(targets, run);
    expect(await schemasNow()).toContain(theirs);
    await own.sql.query(`DROP DATABASE ${theirs}`);
  });

  test("of another run leaves this run's schemas alone", async () => {
    const server = connect();
    const { run, targets } = newRun(server);
    await server.load(loading(targets, run));
    await server.removeTargets(targets, "another");
    await expect(server.load(loading(targets, "another"))).rejects.toMatchObject({ code: "LOAD_FAILED" });
    expect(await contents(own.sql, dumped.captured, targets)).toEqual(original);
    await server.removeTargets(targets, run);
  });

  test.each<{ what: string; bytes: () => Buffer; says: RegExp }>([
    {
      what: "was cut off between two statements",
      bytes: () => dumped.bytes.subarray(0, dumped.bytes.lastIndexOf("/*!40103 SET TIME_ZONE=@OLD")),
      says: /no last line "-- Dump completed", so it was cut off/,
    },
    {
      what: "names a schema that is not of it",
      bytes: () => Buffer.concat([Buffer.from("USE `mysql`;\n"), dumped.bytes]),
      says: /a line "USE `mysql`;" names a schema that is not of it/,
    },
    {
      what: "has a statement that the server refuses",
      bytes: () => Buffer.concat([Buffer.from("USE `scalar`;\nSELECT nothing;\n"), dumped.bytes]),
      says: /ERROR 1054 .*at line 2: Unknown column 'nothing'/,
    },
    {
      what: "lacks a table that the backup saw",
      bytes: () => Buffer.from("USE `scalar`;\nCREATE TABLE account (id INT);\n-- Dump completed\n"),
      says: /after the load schema ".*" lacks .*, which the backup saw/,
    },
  ])("fails where the dump $what, and says that the originals were not touched", async ({ bytes, says }) => {
    const server = connect();
    const { run, targets } = newRun(server);
    const failure = await server.load(loading(targets, run, bytes())).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: "LOAD_FAILED" });
    expect(String(failure)).toMatch(says);
    expect(String(failure)).toMatch(/the originals were not touched$/);
    expect(await contents(own.sql, dumped.captured)).toEqual(original);
    await server.removeTargets(targets, run);
  });

  test("fails where the stream of the dump fails, with its code where the dump is damaged", async () => {
    const server = connect();
    const { run, targets } = newRun(server);
    const broken = Object.assign(new Error("wrong byte"), { code: "EIO" });
    const failing = {
      ...loading(targets, run),
      open: async () =>
        Readable.from(
          (async function* () {
            yield dumped.bytes.subarray(0, 1000);
            throw broken;
          })(),
        ),
    };
    await expect(server.load(failing)).rejects.toMatchObject({
      code: "LOAD_FAILED",
      message: expect.stringContaining("wrong byte"),
    });
    await server.removeTargets(targets, run);
  });

  test("stops when it is told to", async () => {
    const server = connect();
    const { run, targets } = newRun(server);
    await expect(
      server.load({ ...loading(targets, run), signal: AbortSignal.abort() }),
    ).rejects.toMatchObject({ code: "LOAD_FAILED" });
    await server.removeTargets(targets, run);
  });

  test("says what to raise where a row is larger than the server takes", async () => {
    await own.sql.query("SET GLOBAL max_allowed_packet = 1048576");
    const server = connect();
    const { run, targets } = newRun(server);
    await expect(server.load(loading(targets, run))).rejects.toMatchObject({
      code: "LOAD_FAILED",
      message: expect.stringMatching(
        /larger than the server's max_allowed_packet, which then has to be raised/,
      ),
    });
    await own.sql.query("SET GLOBAL max_allowed_packet = 16777216");
    await connect().removeTargets(targets, run);
  });
});

describe("obstacles and settle", () => {
  async function withObjects(make: readonly string[], undo: readonly string[], use: () => Promise<void>) {
    for (const statement of make) await own.sql.query(statement);
    try {
      await use();
    } finally {
      for (const statement of undo) await own.sql.query(statement);
    }
  }

  test("a view and a trigger of one schema are restored beside it, and stand in the way of a restore in place", async () => {
    await withObjects(
      [
        "CREATE VIEW scalar.rich AS SELECT id, 'x\nUSE `scalardb`;' AS words FROM scalar.account WHERE balance > 10",
      ],
      ["DROP VIEW scalar.rich", "DROP TRIGGER scalar.t"],
      async () => {
        // As its text stands in the dump, it must not name its schema.
        const session = await own.sql.session();
        await session.query("USE scalar");
        await session.query(
          "CREATE TRIGGER t BEFORE INSERT ON account FOR EACH ROW SET @x = 'a\nUSE `scalardb`;\n'",
        );
        await session.end();
        const server = connect();
        const { captured, bytes } = await dumpAll(server);
        const { run, targets, kept } = newRun(server);
        expect(await server.obstacles(captured, { targets, kept: {}, inPlace: false })).toEqual([]);
        await server.load({ ...loading(targets, run, bytes), captured });
        const [view] = await own.sql.query(
          `SELECT COUNT(*) AS n, MIN(words) AS words FROM ${targets["scalar"]}.rich`,
        );
        expect(view).toEqual({ n: 50, words: "x\nUSE `scalardb`;" });
        const [trigger] = await own.sql.query(`SHOW CREATE TRIGGER ${targets["scalar"]}.t`);
        expect(trigger?.["SQL Original Statement"]).toContain("'a\nUSE `scalardb`;\n'");
        expect(await server.settle(captured, targets)).toEqual({});
        await server.removeTargets(targets, run);
        expect(await server.obstacles(captured, { targets, kept, inPlace: true })).toEqual([
          expect.stringMatching(/^trigger "scalar"."t" cannot be moved to another schema/),
          expect.stringMatching(/^view "scalar"."rich" cannot be moved to another schema/),
        ]);
      },
    );
  });

  test("a trigger whose text names its schema would be made on the original, and is refused", async () => {
    await withObjects(
      ["CREATE TRIGGER scalar.t BEFORE INSERT ON scalar.account FOR EACH ROW SET @x = 1"],
      ["DROP TRIGGER scalar.t"],
      async () => {
        const server = connect();
        const { captured } = await server.capture();
        const { targets } = newRun(server);
        expect(await server.obstacles(captured, { targets, kept: {}, inPlace: false })).toEqual([
          expect.stringMatching(/^trigger "scalar"."t" names a schema of the dump/),
        ]);
      },
    );
  });

  test("what would read another schema of the dump is named", async () => {
    await withObjects(
      [
        "CREATE VIEW scalar.both AS SELECT tx_id FROM coordinator.state",
        "CREATE TABLE scalar.child (id INT PRIMARY KEY, FOREIGN KEY (id) REFERENCES coordinator.state (tx_id))",
      ],
      ["DROP VIEW scalar.both", "DROP TABLE scalar.child"],
      async () => {
        const server = connect();
        const { captured } = await server.capture();
        const { targets } = newRun(server);
        expect(await server.obstacles(captured, { targets, kept: {}, inPlace: false })).toEqual([
          expect.stringMatching(/^view "scalar"."both" names a schema of the dump/),
          expect.stringMatching(/^a foreign key of "scalar"."child" refers to schema "coordinator"/),
        ]);
      },
    );
  });

  test("a definition that belongs to somebody else, and privileges that are lacking, are named", async () => {
    await withObjects(
      [
        "CREATE USER loader@'127.0.0.1' IDENTIFIED BY 'loader'",
        "GRANT SELECT, PROCESS, SHOW VIEW, TRIGGER ON *.* TO loader@'127.0.0.1'",
        "GRANT ALL ON `scalar\\_%`.* TO loader@'127.0.0.1'",
        "CREATE VIEW scalar.rich AS SELECT id FROM scalar.account",
      ],
      ["DROP VIEW scalar.rich", "DROP USER loader@'127.0.0.1'"],
      async () => {
        const server = connect({ user: "loader", word: "loader" });
        const { captured } = await server.capture();
        const { targets } = newRun(server);
        const found = await server.obstacles(captured, { targets, kept: {}, inPlace: false });
        expect(found).toEqual([
          expect.stringMatching(
            /^the user lacks INSERT, CREATE, DROP, ALTER on "Zü.+", "coordinator_\w+", "scalardb_\w+"\. .+ on patterns: `.+`coordinator%`\.\*/,
          ),
          expect.stringMatching(/^view "scalar"."rich" belongs to "stillpoint@127.0.0.1"/),
        ]);
      },
    );
  });

  test("a dump of another product or of a newer version is refused", async () => {
    const server = connect();
    const { targets } = newRun(server);
    const plan = { targets, kept: {}, inPlace: false };
    expect(
      await server.obstacles({ ...dumped.captured, product: "MySQL", serverVersion: "8.0.36" }, plan),
    ).toEqual([expect.stringMatching(/^the dump is of MySQL 8.0.36, and the server is MariaDB 10/)]);
    expect(await server.obstacles({ ...dumped.captured, serverVersion: "11.4.2-MariaDB" }, plan)).toEqual([
      expect.stringMatching(/^the dump is of MariaDB 11.4.2-MariaDB, newer than the server's 10/),
    ]);
  });

  test("settle names what is not as it was, and puts a schema's collation back", async () => {
    const server = connect();
    const { run, targets } = newRun(server);
    await own.sql.query("CREATE USER reader@'127.0.0.1'");
    await own.sql.query("GRANT SELECT ON scalar.* TO reader@'127.0.0.1'");
    const { captured } = await server.capture();
    await own.sql.query("DROP USER reader@'127.0.0.1'");
    await server.load(loading(targets, run));
    const name = targets["scalar"] ?? "";
    await own.sql.query(`ALTER DATABASE ${name} COLLATE latin1_bin`);
    await own.sql.query(`ALTER TABLE ${name}.account ENGINE = MyISAM, COLLATE latin1_bin`);
    await own.sql.query(`DROP TABLE ${targets["coordinator"]}.state`);
    await own.sql.query("SET GLOBAL sql_mode = 'ANSI_QUOTES'");
    const differences = await server.settle(captured, targets);
    expect(differences).toEqual({
      tables: [
        `table "${targets["coordinator"]}"."state" is not there`,
        `table "${name}"."account" is kept by MyISAM, and was by InnoDB`,
        `table "${name}"."account" has collation latin1_bin, and had latin1_swedish_ci`,
      ],
      variables: [expect.stringMatching(/^the server's sql_mode is "ANSI_QUOTES", and was "/)],
      grants: ["not granted any more: SELECT on \"scalar\" to 'reader'@'127.0.0.1'"],
    });
    const [schema] = await own.sql.query(
      "SELECT DEFAULT_COLLATION_NAME AS c FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = ?",
      [name],
    );
    expect(schema).toEqual({ c: "utf8mb4_general_ci" });
    await own.sql.query("SET GLOBAL sql_mode = DEFAULT");
    await server.removeTargets(targets, run);
  });
});

describe("swap", () => {
  async function loaded() {
    const server = connect();
    const { run, targets, kept } = newRun(server);
    await server.load(loading(targets, run));
    return { server, run, names: { targets, kept } };
  }

  /** The originals are told apart by one row. */
  async function spoilOriginals() {
    await own.sql.query("UPDATE scalar.account SET balance = -1 WHERE id = 1");
    return contents(own.sql, dumped.captured);
  }

  async function expectSwapped({ kept, targets }: { kept: Names; targets: Names }, spoiled: unknown) {
    expect(await contents(own.sql, dumped.captured)).toEqual(original);
    expect(await contents(own.sql, dumped.captured, kept)).toEqual(spoiled);
    const now = await schemasNow();
    expect(Object.values(targets).filter((name) => now.includes(name))).toEqual([]);
    for (const schema of Object.values(kept)) await own.sql.query(`DROP DATABASE ${quoted("mysql", schema)}`);
  }

  test("gives restored tables the original names, keeps the originals, and leaves other tables where they are", async () => {
    await own.sql.query("CREATE TABLE scalar.later (id INT)");
    const { server, run, names } = await loaded();
    const spoiled = await spoilOriginals();
    expect(await server.swapState(names, run)).toBe("untouched");
    expect(await server.obstacles(dumped.captured, { ...names, inPlace: false })).toHaveLength(4);
    const before = await server.present(dumped.captured);
    expect(before.map(({ name, tables }) => `${name} ${tables}`)).toEqual([
      "coordinator 1",
      "scalar 2",
      "scalardb 1",
      `${STRANGE} 2`,
    ]);
    await server.swap(names, run);
    expect(await server.swapState(names, run)).toBe("swapped");
    await server.swap(names, run);
    expect(await server.swapState(names, run)).toBe("swapped");
    await server.removeTargets(names.targets, run);
    await expectSwapped(names, spoiled);
    expect(await own.sql.query("SELECT * FROM scalar.later")).toEqual([]);
    await own.sql.query("DROP TABLE scalar.later");
  });

  test.each([
    "before anything moved",
    "after one original moved",
    "after one table changed places",
    "after all but one",
  ])("goes on where it was left %s", async (where) => {
    const { server, run, names } = await loaded();
    const spoiled = await spoilOriginals();
    const { targets, kept } = names;
    const move = (from: string | undefined, to: string | undefined, table: string) =>
      own.sql.query(
        `RENAME TABLE ${quoted("mysql", from ?? "", table)} TO ${quoted("mysql", to ?? "", table)}`,
      );
    if (where !== "before anything moved") {
      // What a server without atomic statements leaves behind.
      for (const schema of Object.values(kept)) {
        await own.sql.query(`CREATE DATABASE ${quoted("mysql", schema)}`);
        await own.sql.query(
          `CREATE TABLE ${quoted("mysql", schema)}.stillpoint_run (run VARCHAR(255) NOT NULL PRIMARY KEY)`,
        );
        await own.sql.query(`INSERT INTO ${quoted("mysql", schema)}.stillpoint_run VALUES (?)`, [run]);
      }
      await move("scalar", kept["scalar"], "account");
      if (where !== "after one original moved") await move(targets["scalar"], "scalar", "account");
      if (where === "after all but one")
        for (const { schema, name } of dumped.captured.tables.filter(
          (table) => table.schema !== "scalar" && table.name !== "values",
        )) {
          await move(schema, kept[schema], name);
          await move(targets[schema], schema, name);
        }
      expect(await server.swapState(names, run)).toBe("half");
    }
    await server.swap(names, run);
    expect(await server.swapState(names, run)).toBe("swapped");
    await expectSwapped(names, spoiled);
  });

  test("brings back a schema that somebody has dropped", async () => {
    const { server, run, names } = await loaded();
    await own.sql.query("DROP DATABASE coordinator");
    await server.swap(names, run);
    expect(await server.swapState(names, run)).toBe("swapped");
    expect(await contents(own.sql, dumped.captured)).toEqual(original);
    for (const schema of Object.values(names.kept))
      await own.sql.query(`DROP DATABASE ${quoted("mysql", schema)}`);
  });

  test("moves nothing while a session holds a table, and names the session", async () => {
    const { server, run, names } = await loaded();
    const holder = await own.sql.session();
    await holder.query("START TRANSACTION");
    await holder.query("SELECT * FROM scalar.account LIMIT 1");
    const [id] = await holder.query("SELECT CONNECTION_ID() AS id");
    const failure = await server.swap(names, run).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: "RESTORE_BLOCKED" });
    expect(String(failure)).toMatch(new RegExp(`session ${id?.["id"]} of "stillpoint" from "127.0.0.1:`));
    expect(await server.swapState(names, run)).toBe("untouched");
    await holder.end();
    await server.swap(names, run);
    expect(await contents(own.sql, dumped.captured)).toEqual(original);
    for (const schema of Object.values(names.kept))
      await own.sql.query(`DROP DATABASE ${quoted("mysql", schema)}`);
  });

  test("refuses to keep originals in a schema that is somebody else's", async () => {
    const { server, run, names } = await loaded();
    const theirs = names.kept["scalar"] ?? "";
    await own.sql.query(`CREATE DATABASE ${theirs}`);
    await own.sql.query(`CREATE TABLE ${theirs}.precious (id INT)`);
    await expect(server.swap(names, run)).rejects.toMatchObject({
      code: "RESTORE_BLOCKED",
      message: expect.stringContaining(
        `schema "${theirs}", in which the originals are to be kept, is there already`,
      ),
    });
    await own.sql.query(`DROP DATABASE ${theirs}`);
    await server.removeTargets(names.targets, run);
  });
});

test("a server that dies in the middle of a load fails it, and the load goes through once it is back", async () => {
  const dying = await ownMariadb();
  const server = opened(dying);
  const { run, targets } = newRun(server);
  const stream = new Readable({ read() {} });
  stream.push(dumped.bytes.subarray(0, 500_000));
  const begun = server.load({ ...loading(targets, run), open: async () => stream });
  begun.catch(() => undefined);
  await vi.waitFor(async () => {
    const tables = await dying.sql.query("SHOW TABLES FROM ??", [targets[STRANGE]]);
    expect(tables.length).toBeGreaterThan(1);
  }, 10_000);
  await dying.server.kill();
  stream.push(dumped.bytes.subarray(500_000));
  stream.push(null);
  await expect(begun).rejects.toMatchObject({
    code: "LOAD_FAILED",
    message: expect.stringMatching(/Lost connection|gone away/),
  });
  server.close();
  const { port, password, close } = await startMariadb({ folder: dying.folder });
  const again = opened({ ...dying, address: { ...dying.address, port, password } });
  await again.load(loading(targets, run));
  expect(await contents(again.sql, dumped.captured, targets)).toEqual(original);
  again.close();
  await close();
  await dying.end();
});
