import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { freePort } from "../../../rehearsal/scalardb-server/local-port.ts";
import { openSql } from "../../../shared/databases/sql/open-sql.ts";
import { openPostgresqlSql } from "../../../shared/databases/sql/postgresql.ts";
import type { SqlAddress } from "../../../shared/databases/sql/sql.ts";
import { type CertificateShop, certificateShop } from "../../admin/certificates.ts";
import { type OwnPostgresql, ownPostgresql } from "./own-postgresql.ts";

let own: OwnPostgresql;
let shop: CertificateShop;
let authority: ReturnType<CertificateShop["newAuthority"]>;
let expired: OwnPostgresql;

beforeAll(async () => {
  shop = certificateShop();
  authority = shop.newAuthority("lab");
  own = await ownPostgresql({ tls: authority.issue("server", "IP:127.0.0.1") });
  expired = await ownPostgresql({ tls: authority.issue("server", "IP:127.0.0.1", 0) });
});
afterAll(async () => {
  await own?.end();
  await expired?.end();
  shop?.close();
});

const PASSWORD = "hunter2-which-nobody-is-to-see";

async function ask(address: SqlAddress) {
  const sql = openPostgresqlSql(address);
  try {
    return await sql.query("SELECT 1 AS one");
  } finally {
    sql.close();
  }
}

function trusting(of: OwnPostgresql): SqlAddress {
  return { ...of.address(), tls: { ca: { file: authority.file } } };
}

test("a server with a certificate of a trusted authority answers over TLS", async () => {
  const sql = await openSql(trusting(own));
  expect(await sql.query("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")).toEqual([
    { ssl: true },
  ]);
  sql.close();
});

test.each<{ what: string; of: () => SqlAddress | Promise<SqlAddress>; code: string; says: RegExp }>([
  {
    what: "a wrong password",
    of: () => ({ ...own.address(), password: PASSWORD }),
    code: "DATABASE_DENIED",
    says: /user "postgres".*check the user and the password/,
  },
  {
    what: "an unknown database",
    of: () => own.address("nowhere"),
    code: "DATABASE_REFUSED",
    says: /there is no database "nowhere"/,
  },
  {
    what: "an authority that nobody trusts",
    of: () => ({ ...own.address(), tls: {} }),
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
    what: "nobody at the port",
    of: async () => ({ ...own.address(), port: await freePort() }),
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
  expect(String(failure)).toContain(`"${address.host}:${address.port}" as user "postgres"`);
  expect(JSON.stringify([failure, (failure as Error).cause, String(failure)])).not.toContain(
    address.password,
  );
});

test("a server that speaks plaintext only is refused, whatever it offers", async () => {
  const plain = createServer((socket) => socket.once("data", () => socket.write("N")));
  await new Promise<void>((resolve) => plain.listen(0, "127.0.0.1", resolve));
  const { port } = plain.address() as { port: number };
  await expect(ask({ ...trusting(own), port })).rejects.toMatchObject({
    code: "DATABASE_UNREACHABLE",
    message: expect.stringContaining("turn TLS on at the server"),
  });
  plain.close();
});

test("a connection that is cut in the middle of a stream is told as such, not as an end", async () => {
  const sql = own.open();
  const other = own.open();
  const reading = async () => {
    for await (const rows of sql.stream("SELECT n FROM generate_series(1, 100000) n", [], 10)) {
      expect(rows).toHaveLength(10);
      await other.query(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE query LIKE '%generate_series(1, 100000)%' AND pid <> pg_backend_pid()",
      );
    }
  };
  await expect(reading()).rejects.toMatchObject({ code: "DATABASE_UNREACHABLE" });
  expect(await sql.query("SELECT 1 AS one")).toEqual([{ one: 1 }]);
});

test("a table that one may not read is told as such", async () => {
  await own.open().query("CREATE TABLE public.closed (id int); CREATE ROLE guest LOGIN PASSWORD 'guest'");
  const guest = openPostgresqlSql({ ...own.address(), user: "guest", password: "guest" });
  await expect(guest.query("SELECT * FROM public.closed")).rejects.toMatchObject({
    code: "DATABASE_DENIED",
    message: expect.stringContaining('grant it to user "guest"'),
  });
  guest.close();
});

test("a session with a server that stands still is ended all the same", async () => {
  const { host, port } = own.server;
  const sockets: Socket[] = [];
  const between = createServer({ allowHalfOpen: true }, (client) => {
    const server = connect(port, host);
    sockets.push(client, server);
    client.pipe(server).pipe(client);
  }).listen(0, "127.0.0.1");
  await once(between, "listening");
  const address = { ...own.address(), port: (between.address() as { port: number }).port };
  const sql = openPostgresqlSql(address);
  const session = await sql.session();
  for (const socket of sockets) socket.unpipe().pause();
  await session.end();
  await expect(session.query("SELECT 1")).rejects.toMatchObject({ code: "DATABASE_UNREACHABLE" });
  for (const socket of sockets) socket.destroy();
  between.close();
  sql.close();
});
