import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { promisify } from "node:util";
import type { DatabaseClock } from "../dynamodb/clock.ts";
import type { Authority } from "./authority.ts";
import { Refusal } from "./refusal.ts";
import type { Answer, Call } from "./wire.ts";

export interface Endpoint {
  readonly port: number;
  /** Without a slash at the end. */
  readonly origin: string;
  close(): Promise<void>;
}

/** Answers a call, or throws a Refusal; nothing at all means that the connection is cut. */
export type Handler = (call: Call) => Promise<Answer | undefined>;

interface Options {
  readonly port: number;
  readonly clock: DatabaseClock;
  /** Without one it is plain HTTP. */
  readonly authority?: Authority;
  /** Whether the process may end while it listens. */
  readonly unref?: boolean;
}

const HOST = "127.0.0.1";

export async function serve(handler: Handler, { port, clock, authority, unref }: Options): Promise<Endpoint> {
  let origin = "";
  const listener = (request: IncomingMessage, response: ServerResponse) => {
    void carryOut(handler, request, origin).then((answer) => send(response, answer, clock));
  };
  const server = authority
    ? createHttpsServer({ key: authority.key, cert: authority.certificate }, listener)
    : createHttpServer(listener);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(port, HOST, resolve);
  });
  if (unref) server.unref();
  const { port: bound } = server.address() as AddressInfo;
  origin = `${authority ? "https" : "http"}://${HOST}:${bound}`;
  return {
    port: bound,
    origin,
    async close() {
      const closed = promisify(server.close.bind(server))();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function carryOut(
  handler: Handler,
  request: IncomingMessage,
  origin: string,
): Promise<Answer | undefined> {
  try {
    return await handler(await read(request, origin));
  } catch (error) {
    if (error instanceof Refusal) return { status: error.status, headers: error.headers, body: error.body };
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { status: 500, body: { code: "InternalServerError", message } };
  }
}

async function read(request: IncomingMessage, origin: string): Promise<Call> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString();
  const url = new URL(request.url ?? "/", origin);
  return {
    method: request.method ?? "GET",
    path: url.pathname
      .split("/")
      .filter((segment) => segment !== "")
      .map(decodeURIComponent),
    query: url.searchParams,
    headers: request.headers as Call["headers"],
    body: text === "" ? undefined : JSON.parse(text),
    origin,
  };
}

/** The Date header is the database's clock, on every answer: it is the only one that clients can see. */
function send(response: ServerResponse, answer: Answer | undefined, clock: DatabaseClock): void {
  if (answer === undefined) {
    response.socket?.destroy();
    return;
  }
  response.setHeader("Date", new Date(clock.now()).toUTCString());
  if (answer.body !== undefined) response.setHeader("Content-Type", "application/json");
  response.writeHead(answer.status, answer.headers);
  response.end(answer.body === undefined ? undefined : JSON.stringify(answer.body));
}
