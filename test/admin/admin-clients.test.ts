import { afterEach, expect, test, vi } from "vitest";
import { AdminClients } from "../../shared/admin/admin-clients.ts";
import type { Instance } from "../../shared/pause/instance.ts";
import { type EmbeddedGate, embeddedGate } from "./embedded-gate.ts";
import { scriptedServer, status } from "./scripted-server.ts";
import { freePort, proxyTo, silentServer, tcpServer } from "./tcp-servers.ts";

const ENOUGH = { deadlineMs: 5_000 };
const DRAIN = { drainWaitMs: 4_000, deadlineMs: 5_000 };
/** For those that are known to stay silent. */
const SOON = { drainWaitMs: 100, deadlineMs: 150 };

const opened: { close(): unknown }[] = [];
afterEach(async () => {
  for (const thing of opened.splice(0).reverse()) await thing.close();
});
function opens<T extends { close(): unknown }>(thing: T): T {
  opened.push(thing);
  return thing;
}
const newClients = () => opens(new AdminClients({ clock: () => performance.now() }));
const local = (port: number): Instance => ({ component: "ledger", host: "127.0.0.1", port });
const first = <T>([outcome]: readonly T[]): T => outcome as T;

test("all instances are paused, asked and unpaused at once", async () => {
  const gates = await Promise.all(Array.from({ length: 3 }, async () => opens(await embeddedGate())));
  const instances = gates.map(({ instance }) => instance);
  const clients = newClients();
  const kinds = (outcomes: readonly { kind: string }[]) => outcomes.map(({ kind }) => kind);
  expect(kinds(await clients.pause(instances, DRAIN))).toEqual(["paused", "paused", "paused"]);
  expect(kinds(await clients.checkPaused(instances, ENOUGH))).toEqual(["closed", "closed", "closed"]);
  expect(kinds(await clients.unpause(instances, ENOUGH))).toEqual(["ok", "ok", "ok"]);
  expect(kinds(await clients.checkPaused(instances, ENOUGH))).toEqual(["open", "open", "open"]);
});

test("a hundred instances each give their own outcome", async () => {
  const gates = await Promise.all(Array.from({ length: 100 }, async () => opens(await embeddedGate())));
  const outcomes = await newClients().pause(
    gates.map(({ instance }) => instance),
    DRAIN,
  );
  expect(outcomes.map(({ kind, instance }) => [kind, instance])).toEqual(
    gates.map(({ instance }) => ["paused", instance]),
  );
});

test("an instance on an IPv6 address is spoken to", async () => {
  const gate = opens(await embeddedGate("scalardl-3.14", { host: "::1" }));
  expect(first(await newClients().pause([gate.instance], DRAIN)).kind).toBe("paused");
});

test("times are taken from the clock that was given, when sent and when answered", async () => {
  const { instance } = opens(await embeddedGate());
  let now = 100;
  const clients = opens(new AdminClients({ clock: () => now++ }));
  expect(first(await clients.checkPaused([instance], ENOUGH))).toEqual({
    kind: "open",
    instance,
    sentMs: 100,
    answeredMs: 101,
  });
});

test("a port without a listener proves a Pause unsent", async () => {
  const instance = local(await freePort());
  const clients = newClients();
  expect(first(await clients.pause([instance], DRAIN))).toMatchObject({
    kind: "not-sent",
    message: `Pause was not sent to ledger at "127.0.0.1:${instance.port}": nothing listens there (ECONNREFUSED)`,
  });
  expect(first(await clients.checkPaused([instance], ENOUGH)).kind).toBe("no-listener");
  expect(first(await clients.unpause([instance], ENOUGH)).kind).toBe("failed");
});

test("a host of which every address refuses the connection has no listener", async () => {
  const instance = { component: "ledger", host: "localhost", port: await freePort() };
  expect(first(await newClients().checkPaused([instance], ENOUGH)).kind).toBe("no-listener");
});

test("a name that does not resolve is asked nobody, and may be paused all the same", async () => {
  const instance = { component: "ledger", host: "ledger.invalid", port: 50053 };
  const clients = newClients();
  const answer = first(await clients.checkPaused([instance], ENOUGH));
  // Where the machine has no name server at all, nobody says that the name does not exist.
  expect(answer).toMatchObject({
    message: expect.stringMatching(/name does not resolve|name server did not answer/),
  });
  expect(first(await clients.pause([instance], DRAIN)).kind).toBe("not-sent");
});

test("an instance that takes the connection and is silent gets no request, so that it cannot act on it later", async () => {
  const server = opens(await silentServer());
  const clients = newClients();
  expect(first(await clients.pause([local(server.port)], SOON))).toMatchObject({
    kind: "not-sent",
    message: expect.stringContaining("it did not take up an HTTP/2 connection within 1"),
  });
  expect(first(await clients.checkPaused([local(server.port)], SOON)).kind).toBe("no-answer");
});

test("a silent instance does not delay the others", async () => {
  const silent = local(opens(await silentServer()).port);
  const { instance } = opens(await embeddedGate());
  const clients = newClients();
  await clients.checkPaused([instance], ENOUGH);
  const answers = await clients.checkPaused([silent, instance], { deadlineMs: 400 });
  expect(answers.map(({ kind }) => kind)).toEqual(["no-answer", "open"]);
  const [slow, quick] = answers.map(({ sentMs, answeredMs }) => answeredMs - sentMs);
  expect(slow).toBeGreaterThanOrEqual(390);
  expect(quick).toBeLessThan(300);
});

test("an HTTP/2 server that takes the request and is silent leaves the gate unknown", async () => {
  const { instance } = opens(await scriptedServer(() => {}));
  expect(first(await newClients().pause([instance], SOON))).toMatchObject({
    kind: "unknown",
    message: expect.stringMatching(/no answer came within \d+ ms; it may be paused, now or later$/),
  });
});

test("a stream that is reset or closed without an answer leaves the gate unknown", async () => {
  for (const code of [0, 2, 7, 8]) {
    const { instance } = opens(await scriptedServer((stream) => stream.close(code)));
    expect(first(await newClients().pause([instance], DRAIN)).kind, `reset ${code}`).toBe("unknown");
  }
});

test("an OK without a message leaves the gate unknown, though the library calls it unimplemented", async () => {
  const { instance } = opens(await scriptedServer(status(0)));
  expect(first(await newClients().pause([instance], DRAIN)).kind).toBe("unknown");
});

test("a proxy's HTTP error leaves the gate unknown", async () => {
  const { instance } = opens(
    await scriptedServer((stream) => stream.respond({ ":status": 503 }, { endStream: true })),
  );
  expect(first(await newClients().pause([instance], DRAIN)).kind).toBe("unknown");
});

test("UNAVAILABLE leaves the gate unknown", async () => {
  const { instance } = opens(await scriptedServer(status(14, "upstream connect error")));
  expect(first(await newClients().pause([instance], DRAIN)).kind).toBe("unknown");
});

test("a port that serves gRPC but not the admin interface is named as such", async () => {
  const { instance } = opens(await scriptedServer(status(12, "Method not found: rpc.Admin/Pause")));
  const clients = newClients();
  expect(first(await clients.pause([instance], DRAIN))).toMatchObject({
    kind: "not-sent",
    message: expect.stringContaining("is it the admin port? (Method not found: rpc.Admin/Pause)"),
  });
  expect(first(await clients.checkPaused([instance], ENOUGH)).kind).toBe("no-answer");
});

test("a port that does not speak HTTP/2 proves a Pause unsent", async () => {
  const server = opens(
    await tcpServer((socket) => socket.once("data", () => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"))),
  );
  expect(first(await newClients().pause([local(server.port)], DRAIN))).toMatchObject({
    kind: "not-sent",
    message: expect.stringContaining("it does not speak HTTP/2"),
  });
});

test("a connection that is cut in the middle of a drain leaves the gate unknown, and in the end closed", async () => {
  const gate = opens(await embeddedGate());
  const proxy = opens(await proxyTo(gate.instance.port));
  const end = await gate.beginRequest();
  const clients = newClients();
  const pause = clients.pause([local(proxy.port)], DRAIN);
  await vi.waitFor(() => expect(gate.gate.checkPaused()).toBe(true));
  proxy.cut();
  expect(first(await pause).kind).toBe("unknown");
  await end();
  expect(first(await clients.checkPaused([local(proxy.port)], ENOUGH)).kind).toBe("closed");
});

test("a connection that fell silent is dialled anew for the next call", async () => {
  const gate = opens(await embeddedGate());
  const proxy = opens(await proxyTo(gate.instance.port));
  const clients = newClients();
  expect(first(await clients.pause([local(proxy.port)], DRAIN)).kind).toBe("paused");
  proxy.swallow();
  expect(first(await clients.unpause([local(proxy.port)], { deadlineMs: 150 })).kind).toBe("failed");
  expect(first(await clients.checkPaused([local(proxy.port)], ENOUGH)).kind).toBe("open");
});

test("a restarted instance is reached over a new connection", async () => {
  const before = await embeddedGate();
  const { port } = before.instance;
  const clients = newClients();
  expect(first(await clients.pause([before.instance], DRAIN)).kind).toBe("paused");
  await before.close();
  const after = opens(await embeddedGate("scalardl-3.14", { port }));
  // The first question may still go out on the old connection, whose end has not been noticed.
  await vi.waitFor(async () =>
    expect(first(await clients.checkPaused([after.instance], ENOUGH)).kind).toBe("open"),
  );
});

test("an interruption before the Pause sends nothing", async () => {
  const { gate, instance } = opens(await embeddedGate());
  const outcomes = await newClients().pause([instance], { ...DRAIN, signal: AbortSignal.abort() });
  expect(first(outcomes)).toMatchObject({
    kind: "not-sent",
    message: expect.stringContaining("interrupted before"),
  });
  expect(gate.checkPaused()).toBe(false);
});

test("an interruption withholds the Pauses that wait for a connection", async () => {
  const silent = local(opens(await silentServer()).port);
  const interrupted = new AbortController();
  const pause = newClients().pause([silent], { ...DRAIN, signal: interrupted.signal });
  interrupted.abort();
  expect(first(await pause)).toMatchObject({
    kind: "not-sent",
    message: expect.stringMatching(/: interrupted before it was sent$/),
  });
});

test("an interruption in the middle of a drain unpauses the draining and leaves the paused to the caller", async () => {
  const draining = opens(await embeddedGate());
  const idle = opens(await embeddedGate());
  await draining.beginRequest();
  const interrupted = new AbortController();
  const pause = newClients().pause([draining.instance, idle.instance], {
    ...DRAIN,
    signal: interrupted.signal,
  });
  await vi.waitFor(() => expect([draining, idle].every(({ gate }) => gate.checkPaused())).toBe(true));
  await answered(idle);
  interrupted.abort();
  expect((await pause).map(({ kind }) => kind)).toEqual(["opened-during-drain", "paused"]);
  expect(draining.gate.checkPaused()).toBe(false);
  expect(idle.gate.checkPaused()).toBe(true);
});

/** A second pause is answered after the first, so by then the first has its answer too. */
async function answered({ instance }: EmbeddedGate): Promise<void> {
  await newClients().pause([instance], DRAIN);
}

test("a deadline within the drain wait is refused before anything is sent", async () => {
  const { gate, instance } = opens(await embeddedGate());
  const pause = newClients().pause([instance], { drainWaitMs: 5_000, deadlineMs: 5_000 });
  await expect(pause).rejects.toMatchObject({ code: "CONFIG_INVALID" });
  expect(gate.checkPaused()).toBe(false);
});
