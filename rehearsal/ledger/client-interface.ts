import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import type { Gate } from "./gate.ts";
import { executeTransfer, type Ledger, readBalances, transactionState } from "./ledger.ts";
import { BalancedTransfer, BalancesQuery, StateQuery } from "./transfer.ts";

export interface ClientInterfaceOptions {
  readonly host: string;
  readonly pauseDrainSlowMs: number;
}

interface Answer {
  readonly status: number;
  readonly body: object;
}

/** HTTP status by how a request ended. A held request has none until the gate opens. */
const STATUS = { committed: 200, conflict: 409, unknown: 500 } as const;
const INVALID = 400;
const NOT_FOUND = 404;
const FAILED = 500;
const PAUSED = 503;
const LONGEST_BODY_BYTES = 64 * 1024;

/** What clients of the ledger talk to: `POST /transfer`, `/balances` and `/state`, JSON both ways, behind the gate. */
export async function serveClients(
  ledger: Ledger,
  gate: Gate,
  options: ClientInterfaceOptions,
): Promise<{ readonly server: Server; readonly port: number }> {
  const server = createServer((request, response) => {
    answerRequest(ledger, gate, options, request).then(
      (answer) => reply(response, answer),
      (error) => reply(response, { status: FAILED, body: { kind: "unknown", message: String(error) } }),
    );
  });
  await new Promise<void>((listening, failed) => {
    server.once("error", failed);
    server.listen(0, options.host, listening);
  });
  return { server, port: (server.address() as AddressInfo).port };
}

async function answerRequest(
  ledger: Ledger,
  gate: Gate,
  { pauseDrainSlowMs }: ClientInterfaceOptions,
  request: IncomingMessage,
): Promise<Answer> {
  const body = await bodyOf(request);
  try {
    await gate.letIn();
  } catch (error) {
    return { status: PAUSED, body: { kind: "refused", message: String(error) } };
  }
  // Like the real one it does not look whether its client is still there: an abandoned request runs all the same.
  try {
    return await execute(ledger, request.url, body);
  } finally {
    if (pauseDrainSlowMs > 0 && gate.checkPaused()) await delay(pauseDrainSlowMs);
    gate.letOut();
  }
}

async function execute(ledger: Ledger, path: string | undefined, body: unknown): Promise<Answer> {
  switch (path) {
    case "/transfer": {
      const transfer = BalancedTransfer.safeParse(body);
      if (!transfer.success)
        return { status: INVALID, body: { kind: "invalid", message: transfer.error.message } };
      const outcome = await executeTransfer(ledger, transfer.data);
      return { status: STATUS[outcome.kind], body: outcome };
    }
    case "/balances": {
      const query = BalancesQuery.safeParse(body);
      if (!query.success) return { status: INVALID, body: { kind: "invalid", message: query.error.message } };
      const read = await readBalances(ledger, query.data.nonce, query.data.ids);
      return "balances" in read ? { status: 200, body: read } : { status: STATUS[read.kind], body: read };
    }
    case "/state": {
      const query = StateQuery.safeParse(body);
      if (!query.success) return { status: INVALID, body: { kind: "invalid", message: query.error.message } };
      return { status: 200, body: await transactionState(ledger, query.data.nonce) };
    }
    default:
      return { status: NOT_FOUND, body: { kind: "invalid", message: `there is no "${path}"` } };
  }
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > LONGEST_BODY_BYTES)
      throw new Error(`a request longer than ${LONGEST_BODY_BYTES} bytes was refused`);
    chunks.push(chunk);
  }
  return JSON.parse(Buffer.concat(chunks).toString("utf8"));
}

function reply(response: ServerResponse, { status, body }: Answer): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}
