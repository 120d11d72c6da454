import { once } from "node:events";
import { createServer, request as forward, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What becomes of the next request: an answer of the service's own, none, or the first half of it. */
export type Accident = "busy" | "denied" | "cut-off" | "half-answer";

/** A way to a storage service on which things happen. */
export interface Accidents extends AsyncDisposable {
  readonly endpoint: string;
  /** Of the requests to come, in order. */
  readonly accidents: Accident[];
  readonly seen: string[];
}

const ANSWERS = {
  busy: [503, "ServerBusy", "The server is busy."],
  denied: [
    403,
    "AuthorizationPermissionMismatch",
    "This request is not authorized to perform this operation using this permission.",
  ],
} as const;

export async function startAccidents(target: string): Promise<Accidents> {
  const accidents: Accident[] = [];
  const seen: string[] = [];
  const server = createServer((asked, answer) => {
    seen.push(`${asked.method} ${asked.url}`);
    const accident = accidents.shift();
    switch (accident) {
      case undefined:
      case "half-answer":
        pass(target, asked, answer, accident === "half-answer");
        return;
      case "cut-off":
        asked.socket.destroy();
        return;
      case "busy":
      case "denied":
        asked.resume().on("end", () => refuse(answer, ANSWERS[accident]));
        return;
      default:
        accident satisfies never;
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const { pathname } = new URL(target);
  return {
    endpoint: `http://127.0.0.1:${port}${pathname}`,
    accidents,
    seen,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

function refuse(answer: ServerResponse, [status, code, message]: readonly [number, string, string]): void {
  answer.writeHead(status, { "content-type": "application/xml", "x-ms-error-code": code });
  answer.end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`);
}

function pass(target: string, asked: IncomingMessage, answer: ServerResponse, half: boolean): void {
  const { port } = new URL(target);
  const passed = forward({
    host: "127.0.0.1",
    port,
    path: asked.url,
    method: asked.method,
    headers: asked.headers,
  });
  passed.on("response", (got) => {
    answer.writeHead(got.statusCode ?? 0, got.headers);
    if (!half) {
      got.pipe(answer);
      return;
    }
    got.once("data", (chunk: Buffer) => {
      answer.write(chunk.subarray(0, chunk.length / 2), () => answer.destroy());
      got.resume();
    });
  });
  asked.pipe(passed);
}
