import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { freePort } from "../../../rehearsal/scalardb-server/local-port.ts";
import type { CqlAddress } from "../../../shared/databases/cassandra/cql.ts";
import { attemptCql } from "../../../shared/databases/cassandra/cql-refusal.ts";
import { openCql } from "../../../shared/databases/cassandra/open-cql.ts";
import { type CertificateShop, certificateShop } from "../../admin/certificates.ts";
import { denying, type SpeakingServer, speakingServer, standingStill } from "./speaking-server.ts";

const PASSWORD = "hunter2-which-nobody-is-to-see";
const CREDENTIALS = { user: "scott", password: PASSWORD };

let shop: CertificateShop;
let authority: ReturnType<CertificateShop["newAuthority"]>;
beforeAll(() => {
  shop = certificateShop();
  authority = shop.newAuthority("lab");
});
afterAll(() => shop?.close());

const opened: (SpeakingServer | Server)[] = [];
afterEach(() => {
  for (const server of opened.splice(0)) server.close();
});

async function speaking(...of: Parameters<typeof speakingServer>): Promise<SpeakingServer> {
  const server = await speakingServer(...of);
  opened.push(server);
  return server;
}

async function plainServer(serve: (socket: Socket) => void): Promise<number> {
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    serve(socket);
  }).listen(0, "127.0.0.1");
  opened.push(server);
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

function withCertificateFor(names: string, days?: number) {
  const { certificate, key } = authority.issue("node", names, days);
  return speaking(denying, { cert: certificate, key });
}

async function failureOf(address: CqlAddress): Promise<Error> {
  const cql = openCql(address);
  try {
    return await cql.nodes().then(
      () => expect.unreachable("it was connected"),
      (error: Error) => error,
    );
  } finally {
    cql.close();
  }
}

const trusting = () => ({ ca: { file: authority.file } });
const here = { contactPoints: ["127.0.0.1"], tls: "off" } as const;

test.each<{ what: string; of: () => Promise<CqlAddress>; code: string; says: RegExp }>([
  {
    what: "a wrong password",
    of: async () => ({ ...here, port: (await speaking(denying)).port, credentials: CREDENTIALS }),
    code: "DATABASE_DENIED",
    says: /node "127.0.0.1" on port \d+ as user "scott": "127.0.0.1:\d+": Provided .*: check the user and the password$/,
  },
  {
    what: "a password that is missing",
    of: async () => ({ ...here, port: (await speaking(denying)).port }),
    code: "DATABASE_DENIED",
    says: /as nobody in particular.*set user and password in the configuration$/,
  },
  {
    what: "nobody at the port of two nodes",
    of: async () => ({ ...here, contactPoints: ["127.0.0.1", "127.0.0.2"], port: await freePort() }),
    code: "DATABASE_UNREACHABLE",
    says: /nodes "127.0.0.1", "127.0.0.2" on port.*"127.0.0.1:\d+": .*ECONNREFUSED.*"127.0.0.2:\d+": .*ECONNREFUSED/,
  },
  {
    what: "a name that nobody knows",
    of: async () => ({ ...here, contactPoints: ["no-such-node.invalid"], port: 9042 }),
    code: "DATABASE_UNREACHABLE",
    says: /"no-such-node.invalid": .*Check contactPoints/,
  },
  {
    what: "a node that speaks no TLS",
    of: async () => ({
      ...here,
      port: await plainServer((socket) => socket.end("in the clear")),
      tls: trusting(),
    }),
    code: "DATABASE_UNREACHABLE",
    says: /TLS: .*: the node does not speak TLS there/,
  },
  {
    what: "a node that wants TLS",
    of: async () => ({
      ...here,
      port: await plainServer((socket) => socket.once("data", () => socket.resetAndDestroy())),
    }),
    code: "DATABASE_UNREACHABLE",
    says: /if it wants TLS, take tls: "off" out/,
  },
  {
    what: "an authority that nobody trusts",
    of: async () => ({ ...here, port: (await withCertificateFor("IP:127.0.0.1")).port, tls: {} }),
    code: "DATABASE_UNREACHABLE",
    says: /not from an authority that is trusted here: name it in tls.ca/,
  },
  {
    what: "a certificate that has expired",
    of: async () => ({ ...here, port: (await withCertificateFor("IP:127.0.0.1", 0)).port, tls: trusting() }),
    code: "DATABASE_UNREACHABLE",
    says: /certificate has expired: renew it/,
  },
  {
    what: "a certificate for another address",
    of: async () => ({
      ...here,
      port: (await withCertificateFor("IP:127.0.0.9,DNS:other")).port,
      tls: trusting(),
    }),
    code: "DATABASE_UNREACHABLE",
    says: /certificate is not for "127.0.0.1"/,
  },
])("$what is told with where, as whom and what to do", async ({ of, code, says }) => {
  const address = await of();
  const failure = await failureOf(address);
  expect(failure).toMatchObject({ code });
  expect(failure.message).toMatch(says);
  expect(JSON.stringify([failure, failure.cause, String(failure)])).not.toContain(PASSWORD);
});

test.each([
  [{}, /: check that .* speaks TLS on that port; where it does not, .* set tls to "off"$/],
  ["off", /: check that Cassandra runs there and can be reached from here$/],
] as const)("a node that says nothing to a greeting, with TLS %o, may not speak it", async (tls, says) => {
  const silent = () => Promise.reject(new Error("Connection timeout"));
  const where = { ...here, port: 9042, tls };
  await expect(attemptCql(where, "connect to Cassandra", silent)).rejects.toThrow(says);
});

test.each([
  { what: "its address", names: "IP:127.0.0.1", contactPoint: "127.0.0.1" },
  { what: "the contact point's name", names: "DNS:localhost", contactPoint: "localhost" },
])("a node is trusted with a certificate for $what", async ({ names, contactPoint }) => {
  const { port } = await withCertificateFor(names);
  const address = { contactPoints: [contactPoint], port, tls: trusting(), credentials: CREDENTIALS };
  // It is spoken with, and has its say about the password.
  expect(await failureOf(address)).toMatchObject({ code: "DATABASE_DENIED" });
});

test("a node that refuses is left, and leaves nothing open", async () => {
  const server = await speaking(denying);
  await failureOf({ ...here, port: server.port, credentials: CREDENTIALS });
  await server.allClosed();
});

test("a node that stands still once it is connected leaves nothing open", async () => {
  const server = await speaking(standingStill);
  const failure = await failureOf({ ...here, port: server.port });
  expect(failure).toMatchObject({
    code: "DATABASE_UNREACHABLE",
    message: expect.stringMatching(
      /did not reply before timeout.*not standing still.*CQL port, in the clear$/,
    ),
  });
  await server.allClosed();
});

test("whoever waits for a node that says nothing is let go by closing, at once", async () => {
  let knocked = () => undefined as unknown;
  const arrival = new Promise<void>((resolve) => {
    knocked = resolve;
  });
  const port = await plainServer(() => knocked());
  const cql = openCql({ ...here, port });
  const asking = cql.nodes().catch((error: unknown) => error);
  await arrival;
  const beganMs = performance.now();
  cql.close();
  expect(await asking).toMatchObject({ message: expect.stringContaining("was closed before it answered") });
  expect(performance.now() - beganMs).toBeLessThan(1_000);
  await expect(cql.nodes()).rejects.toMatchObject({ code: "DATABASE_UNREACHABLE" });
});

test("a question after one that failed is asked anew", async () => {
  const port = await freePort();
  const cql = openCql({ ...here, port, credentials: CREDENTIALS });
  await expect(cql.nodes()).rejects.toMatchObject({ code: "DATABASE_UNREACHABLE" });
  const server = createServer((socket) => socket.resetAndDestroy()).listen(port, "127.0.0.1");
  opened.push(server);
  await once(server, "listening");
  const connected = once(server, "connection");
  await expect(cql.nodes()).rejects.toMatchObject({ code: "DATABASE_UNREACHABLE" });
  await connected;
  cql.close();
});
