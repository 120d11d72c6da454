import { Code, ConnectError } from "@connectrpc/connect";
import { expect, onTestFinished, test, vi } from "vitest";
import { status } from "../../admin/scripted-server.ts";
import { freePort, silentServer, tcpServer } from "../../admin/tcp-servers.ts";
import { answering, clientOf, RESTORE, STARTED, scripted, TAKE } from "./cassy-servers.ts";

test.for([
  [Code.InvalidArgument, "The specified cluster cannot be found.", "it has no such registration"],
  [Code.InvalidArgument, "The request is invalid or inconsistent.", "from a snapshot of the cluster only"],
  [Code.Internal, "All the required nodes are not available.", "wants every node of the cluster up"],
  [
    Code.Internal,
    "x: com.scalar.cassy.exception.PauseException: y",
    "leaves those paused that it has paused",
  ],
  [Code.Internal, "", "INTERNAL, without a word; so it answers where it cannot reach a node over JMX"],
  [Code.Unknown, "", "UNKNOWN, without a word; so it answers to a type that it does not know"],
  [Code.InvalidArgument, "", "INVALID_ARGUMENT, without a word"],
  [Code.Unimplemented, "Method not found", "something else than Cassy is there"],
] as const)(
  "a backup that Cassy answers with %s %j is refused, with what it means",
  async ([code, said, means]) => {
    const client = await scripted(status(code, said));
    const refused = await client.takeBackup(TAKE);
    expect(refused).toMatchObject({ kind: "refused", message: expect.stringContaining(means) });
    await expect(client.backups({ clusterId: "ledger-1" })).rejects.toMatchObject({
      code: "DATABASE_REFUSED",
    });
  },
);

test.for([Code.Unavailable, Code.DeadlineExceeded, Code.Canceled])(
  "status %s comes from what stands before Cassy, so that nobody knows of the backup",
  async (code) => {
    const client = await scripted(status(code, "upstream request timeout"));
    expect(await client.takeBackup(TAKE)).toMatchObject({
      kind: "unanswered",
      message: expect.stringContaining("upstream request timeout"),
    });
    await expect(client.restore(RESTORE)).rejects.toMatchObject({
      code: "DATABASE_UNREACHABLE",
      message: expect.stringContaining("its downloads to the nodes may have begun"),
    });
  },
);

test("nodes that are not available refuse a registration, though by a code that others use as well", async () => {
  const client = await scripted(status(Code.Unavailable, "All the required nodes are not available."));
  await expect(client.register("10.0.0.1")).rejects.toMatchObject({
    code: "DATABASE_REFUSED",
    message: expect.stringMatching(
      /^RegisterCluster of node "10\.0\.0\.1" was refused by Cassy at "127.*nodetool status/,
    ),
  });
});

test("a connection that is never made is a refusal: Cassy was never reached", async () => {
  const client = clientOf({ port: await freePort() });
  expect(await client.takeBackup(TAKE)).toMatchObject({
    kind: "refused",
    message: expect.stringMatching(/was not sent .*nothing listens there.*; Cassy was never reached$/),
  });
  await expect(client.clusters()).rejects.toMatchObject({
    code: "DATABASE_UNREACHABLE",
    message: expect.stringContaining("nothing listens there"),
  });
});

test("a name that does not resolve is said so", async () => {
  const client = clientOf({ host: "cassy.invalid", port: 20051 });
  await expect(client.clusters()).rejects.toMatchObject({
    code: "DATABASE_UNREACHABLE",
    message: expect.stringMatching(
      /"cassy\.invalid:20051": (its name does not resolve|the name server did not)/,
    ),
  });
});

test("a server that speaks HTTP/1 is told from Cassy before anything is sent", async () => {
  const server = await tcpServer((socket) =>
    socket.once("data", () => socket.end("HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n")),
  );
  onTestFinished(() => server.close());
  expect(await clientOf(server).takeBackup(TAKE)).toMatchObject({
    kind: "refused",
    message: expect.stringMatching(/it does not speak HTTP\/2.*never reached/),
  });
});

test("a server that takes the connection and is silent is never sent the backup", async () => {
  const server = await silentServer();
  onTestFinished(() => server.close());
  expect(await clientOf(server).takeBackup({ ...TAKE, withinMs: 150 })).toMatchObject({
    kind: "refused",
    message: expect.stringContaining("it did not take up HTTP/2 within"),
  });
});

test("a web server of HTTP/2 is no Cassy, and what it was sent is unanswered", async () => {
  const client = await scripted((stream) => {
    stream.respond({ ":status": 404, "content-type": "text/html" });
    stream.end("<html>not here</html>");
  });
  expect((await client.takeBackup(TAKE)).kind).toBe("unanswered");
  await expect(client.clusters()).rejects.toMatchObject({ code: "DATABASE_UNREACHABLE" });
});

test("an answer that is cut off says nothing", async () => {
  const client = await scripted((stream) => stream.session?.destroy());
  expect(await client.takeBackup(TAKE)).toMatchObject({
    kind: "unanswered",
    message: expect.stringContaining("the answer was lost"),
  });
});

test("an answer that is no message of Cassy's says nothing", async () => {
  const client = await scripted((stream) => {
    stream.respond({ ":status": 200, "content-type": "application/grpc" }, { waitForTrailers: true });
    stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }));
    // One frame of three bytes, which are a length without what it promises.
    stream.end(Buffer.from([0, 0, 0, 0, 3, 0x12, 0x7f, 0x61]));
  });
  expect((await client.takeBackup(TAKE)).kind).toBe("unanswered");
});

test("a backup that was interrupted before it was sent is never sent", async () => {
  const takeBackup = vi.fn(() => STARTED);
  const client = await answering({ takeBackup });
  const refused = await client.takeBackup({ ...TAKE, signal: AbortSignal.abort() });
  expect(refused).toMatchObject({ kind: "refused", message: expect.stringContaining("never reached") });
  await client.clusters().catch(() => {});
  expect(takeBackup).not.toHaveBeenCalled();
});

test("an error of Cassy's keeps its cause, and nothing is sent a second time", async () => {
  const asked = vi.fn();
  const client = await answering({
    registerCluster() {
      asked();
      throw new ConnectError("", Code.Internal);
    },
  });
  await expect(client.register("10.0.0.9")).rejects.toMatchObject({ cause: { code: Code.Internal } });
  expect(asked).toHaveBeenCalledTimes(1);
});
