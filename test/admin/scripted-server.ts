import * as http2 from "node:http2";
import type { AddressInfo } from "node:net";
import type { Instance } from "../../shared/pause/instance.ts";

export interface ScriptedServer {
  readonly instance: Instance;
  close(): Promise<void>;
}

/** An HTTP/2 server that answers each stream as the test says. */
export async function scriptedServer(
  answer: (stream: http2.ServerHttp2Stream) => void,
): Promise<ScriptedServer> {
  const server = http2.createServer();
  const sessions = new Set<http2.ServerHttp2Session>();
  server.on("session", (session) => sessions.add(session.on("error", () => {})));
  server.on("stream", (stream) => {
    stream.on("error", () => {});
    stream.resume();
    answer(stream);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as AddressInfo;
  return {
    instance: { component: "ledger", host: "127.0.0.1", port },
    close() {
      for (const session of sessions) session.destroy();
      return new Promise((closed) => server.close(() => closed()));
    },
  };
}

/** A response of nothing but a gRPC status. */
export function status(code: number, message = ""): (stream: http2.ServerHttp2Stream) => void {
  return (stream) =>
    stream.respond(
      {
        ":status": 200,
        "content-type": "application/grpc",
        "grpc-status": String(code),
        "grpc-message": message,
      },
      { endStream: true },
    );
}
