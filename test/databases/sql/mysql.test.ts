import { once } from "node:events";
import { createServer } from "node:net";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { freePort } from "../../../rehearsal/scalardb-server/local-port.ts";
import { serverNow } from "../../../shared/databases/sql/clock.ts";
import { openMysqlSql } from "../../../shared/databases/sql/mysql.ts";
import { openSql } from "../../../shared/databases/sql/open-sql.ts";
import type { SqlAddress } from "../../../shared/databases/sql/sql.ts";
import { type CertificateShop, certificateShop } from "../../admin/certificates.ts";
import { type OwnMariadb, ownMariadb } from "./own-mariadb.ts";

let own: OwnMariadb;
let expired: OwnMariadb;
let other: OwnMariadb;
let shop: CertificateShop;
let authority: ReturnType<CertificateShop["newAuthority"]>;

beforeAll(async () => {
  shop = certificateShop();
  authority = shop.newAuthority("lab");
  [own, expired, other] = await Promise.all([
    ownMariadb({ tls: authority.issue("server", "IP:127.0.0.1") }),
    ownMariadb({ tls: authority.issue("server", "IP:127.0.0.1", 0) }),
    ownMariadb({ tls: authority.issue("server", "DNS:localhost") }),
  ]);
  // MariaDB makes tables of numbers up in any schema.
  await own.sql.query("CREATE DATABASE app");
}, 60_000);
afterAll(async () => {
  await Promise.all([own?.end(), expired?.end(), other?.end()]);
  shop?.close();
});

const PASSWORD = "hunter2-which-nobody-is-to-see";

async function ask(address: SqlAddress) {
  const sql = openMysqlSql(address);
  try {
    return await sql.query("SELECT 1 AS one");
  } finally {
    sql.close();
  }
}

function trusting({ address }: OwnMariadb): SqlAddress {
  return { ...address, tls: { ca: { file: authority.file } } };
}

test("a server with a certificate of a trusted authority answers over TLS", async () => {
  const sql = await openSql(trusting(own));
  const [row] = await sql.query("SHOW SESSION STATUS LIKE 'Ssl_cipher'");
  expect(row?.["Value"]).toMatch(/^TLS_/);
  sql.close();
});

test.each<{ what: string; of: () => SqlAddress | Promise<SqlAddress>; code: string; says: RegExp }>([
  {
    what: "a wrong password",
    of: () => ({ ...own.address, password: PASSWORD }),
    code: "DATABASE_DENIED",
    says: /Access denied.*check the user and the password/,
  },
  {
    what: "an authority that nobody trusts",
    of: () => ({ ...own.address, tls: {} }),
    code: "DATABASE_UNREACHABLE",
    says: /not from an authority that is trusted here: name it in tls.ca/,
  },
  {
    what: "a certificate that has expired",
    of: () => trusting(expired),
    code: "DATABASE_UNREACHABLE",
    says: /certificate has expired: renew it/,
  },
  {
    what: "a certificate for another name",
    of: () => ({ ...trusting(own), host: "localhost" }),
    code: "DATABASE_UNREACHABLE",
    says: /certificate is not for "localhost"/,
  },
  {
    what: "an address whose certificate is for localhost only",
    of: () => trusting(other),
    code: "DATABASE_UNREACHABLE",
    says: /certificate is not for "127.0.0.1"/,
  },
  {
    what: "nobody at the port",
    of: async () => ({ ...own.address, port: await freePort() }),
    code: "DATABASE_UNREACHABLE",
    says: /ECONNREFUSED.*check that the server runs/,
  },
  {
    what: "a host that is not known",
    of: () => ({ ...trusting(own), host: "no-such-host.invalid" }),
    code: "DATABASE_UNREACHABLE",
    says: /no-such-host.invalid:.*check that the server runs/,
  },
])("$what is told with where, as whom and what to do", async ({ of, code, says }) => {
  const address = await of();
  const failure = await ask(address).catch((error: unknown) => error);
  expect(failure).toMatchObject({ code });
  expect(String(failure)).toMatch(says);
  expect(String(failure)).toContain(`"${address.host}:${address.port}" as user "stillpoint"`);
  expect(JSON.stringify([failure, (failure as Error).cause, String(failure)])).not.toContain(
    address.password,
  );
});

test("a server that speaks plaintext only is refused, whatever it offers", async () => {
  const plain = await ownMariadb();
  await expect(ask(trusting(plain))).rejects.toMatchObject({
    code: "DATABASE_UNREACHABLE",
    message: expect.stringContaining("turn TLS on at the server"),
  });
  await plain.end();
});

test("a server that goes away before it has said anything is told as such", async () => {
  const mute = createServer((socket) => socket.destroy()).listen(0, "127.0.0.1");
  await once(mute, "listening");
  const { port } = mute.address() as { port: number };
  await expect(ask({ ...own.address, port })).rejects.toMatchObject({ code: "DATABASE_UNREACHABLE" });
  mute.close();
});

test("a connection that is cut in the middle of a stream is told as such, not as an end", async () => {
  const sql = own.open();
  const reading = async () => {
    for await (const rows of sql.stream("SELECT seq, REPEAT('x', 1000) FROM app.seq_1_to_100000", [], 10)) {
      expect(rows).toHaveLength(10);
      const [session] = await own.sql.query(
        "SELECT ID AS id FROM information_schema.PROCESSLIST WHERE INFO LIKE '%seq_1_to_100000%' AND ID <> CONNECTION_ID()",
      );
      // The list may still have one that was killed just before.
      if (session !== undefined)
        await own.sql.query(`KILL HARD CONNECTION ${session["id"]}`).catch(() => undefined);
    }
  };
  await expect(reading()).rejects.toMatchObject({ code: "DATABASE_UNREACHABLE" });
  expect(await sql.query("SELECT 1 AS one")).toEqual([{ one: 1 }]);
});

test("a stream gives every row once, in batches, and holds no more than it was asked for", async () => {
  const sizes: number[] = [];
  let sum = 0;
  for await (const rows of own.sql.stream("SELECT seq FROM app.seq_1_to_25000 WHERE seq > ?", [5], 1000)) {
    sizes.push(rows.length);
    for (const row of rows) sum += Number(row["seq"]);
  }
  expect(sum).toBe((25_000 * 25_001) / 2 - 15);
  expect(Math.max(...sizes)).toBe(1000);
});

test("a stream that is not read makes the server wait", async () => {
  const batches = own.sql
    .stream("SELECT REPEAT('x', 1000000) FROM app.seq_1_to_1000", [], 1)
    [Symbol.asyncIterator]();
  await batches.next();
  await vi.waitFor(async () => {
    const states = await own.sql.query(
      "SELECT STATE AS state FROM information_schema.PROCESSLIST WHERE INFO LIKE 'SELECT REPEAT%'",
    );
    expect(states).toEqual([{ state: "Writing to net" }]);
  });
  await batches.return?.();
});

test("a stream that fails before its first row says why", async () => {
  const reading = own.sql.stream("SELECT * FROM nowhere.nothing", [], 10)[Symbol.asyncIterator]();
  await expect(reading.next()).rejects.toMatchObject({
    code: "DATABASE_REFUSED",
    message: expect.stringContaining("nothing"),
  });
});

test("a table that one may not read is told as such", async () => {
  await own.sql.query("CREATE DATABASE closed");
  await own.sql.query("CREATE TABLE closed.t (id INT)");
  await own.sql.query("CREATE USER guest@'127.0.0.1' IDENTIFIED BY 'guest'");
  const guest = own.open({ user: "guest", password: "guest" });
  await expect(guest.query("SELECT * FROM closed.t")).rejects.toMatchObject({
    code: "DATABASE_DENIED",
    message: expect.stringContaining("grant it to the user"),
  });
});

test("a session keeps its transaction to itself", async () => {
  await own.sql.query("CREATE DATABASE sessions");
  await own.sql.query("CREATE TABLE sessions.t (id INT PRIMARY KEY)");
  const session = await own.sql.session();
  await session.query("START TRANSACTION");
  await session.query("INSERT INTO sessions.t VALUES (?)", [1]);
  expect(await own.sql.query("SELECT * FROM sessions.t")).toEqual([]);
  await session.query("COMMIT");
  expect(await own.sql.query("SELECT * FROM sessions.t")).toEqual([{ id: 1 }]);
  await session.end();
});

test("settings of the server shift no time, read no quote otherwise and cut nothing off", async () => {
  await own.sql.query("SET GLOBAL sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES'");
  await own.sql.query("SET GLOBAL time_zone = '+09:00'");
  await own.sql.query("SET GLOBAL sql_select_limit = 1");
  const sql = own.open();
  const values = ['it\'s \\ "x"\n', "2026-01-01 00:00:00"];
  expect(await sql.query('SELECT ? AS a, FROM_UNIXTIME(0) AS b UNION ALL SELECT "c", ?', values)).toEqual([
    { a: values[0], b: "1970-01-01 00:00:00" },
    { a: "c", b: values[1] },
  ]);
  expect(Math.abs((await serverNow(sql)) - Date.now())).toBeLessThan(60_000);
  await own.sql.query(
    "SET GLOBAL sql_mode = '', GLOBAL time_zone = 'SYSTEM', GLOBAL sql_select_limit = DEFAULT",
  );
});
