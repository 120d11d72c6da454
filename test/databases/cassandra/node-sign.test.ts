import { once } from "node:events";
import { type AddressInfo, createServer, type Server } from "node:net";
import { afterEach, expect, test } from "vitest";
import { freePort } from "../../../rehearsal/scalardb-server/local-port.ts";
import { nodeSigns } from "../../../shared/databases/cassandra/node-sign.ts";

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function listening(host: string): Promise<number> {
  const server = createServer((socket) => socket.on("error", () => undefined)).listen(0, host);
  servers.push(server);
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

const HERE = { address: "127.0.0.1" };

test("a node with any of its ports open answers, and which is told", async () => {
  const open = await listening("127.0.0.1");
  const [closed, other] = [await freePort(), await freePort()];
  expect(await nodeSigns([HERE], { cqlPort: open, ports: [closed] })).toEqual([
    { address: "127.0.0.1", sign: "answers", why: `port ${open} is open` },
  ]);
  expect(await nodeSigns([HERE], { cqlPort: closed, ports: [other, open] })).toEqual([
    { address: "127.0.0.1", sign: "answers", why: `port ${open} is open` },
  ]);
});

test("a node whose host refuses CQL, and where nothing else is open, is stopped", async () => {
  const [cqlPort, other] = [await freePort(), await freePort()];
  expect(await nodeSigns([HERE], { cqlPort, ports: [other] })).toEqual([
    { address: "127.0.0.1", sign: "stopped", why: `port ${cqlPort} is refused` },
  ]);
});

test("a node that gives no sign either way is unknown, not stopped", async () => {
  const cqlPort = await freePort();
  const nowhere = { address: "127.0.0.1", cqlAddress: "no-such-node.invalid" };
  const [sign] = await nodeSigns([nowhere], { cqlPort, ports: [cqlPort] });
  expect(sign).toMatchObject({
    sign: "unknown",
    why: expect.stringContaining(`port ${cqlPort} cannot be asked`),
  });
});

test("a node that refuses CQL is not stopped where nobody can ask the rest: it may drain, or be starting", async () => {
  const cqlPort = await freePort();
  const behindWall = { address: "no-such-node.invalid", cqlAddress: "127.0.0.1" };
  const [sign] = await nodeSigns([behindWall], { cqlPort, ports: [7199] });
  expect(sign).toMatchObject({
    sign: "unknown",
    why: expect.stringMatching(/^port \d+ is refused; port 7199 cannot be asked/),
  });
});

test("CQL is asked where it answers, the rest where the other nodes know it; nodes stay in their order", async () => {
  const cqlPort = await listening("127.0.0.7");
  const nodes = [
    { address: "127.0.0.8", cqlAddress: "127.0.0.7" },
    { address: "127.0.0.7", cqlAddress: "127.0.0.8" },
    { address: "127.0.0.7" },
  ];
  const signs = await nodeSigns(nodes, { cqlPort, ports: [] });
  expect(signs.map(({ address, sign }) => [address, sign])).toEqual([
    ["127.0.0.8", "answers"],
    ["127.0.0.7", "stopped"],
    ["127.0.0.7", "answers"],
  ]);
});
