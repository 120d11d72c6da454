import { Agent, type IncomingMessage, request } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { Refusal } from "./refusal.ts";
import type { Wire } from "./wire.ts";

const SOCKETS_MAX = 64;
const CALL_TIMEOUT_MS = 60_000;
const STATUS_ASKED_EVERY_MS = 5;
const STATUS_ASKED_MAX = 6_000;

/**
 * Neither dynalite nor DynamoDB Local checks a signature, but both want one. Always the same, since DynamoDB
 * Local keeps a database for each access key and region unless it is told to share.
 */
const AUTHORIZATION =
  "AWS4-HMAC-SHA256 Credential=rehearsal/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host;x-amz-date, Signature=0";

/** The DynamoDB endpoint that holds the items: it knows tables and items, and nothing of time. */
export class Backend {
  readonly #url: URL;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: SOCKETS_MAX });
  readonly #underWay = new Set<Promise<unknown>>();
  #closed = false;

  constructor(url: string) {
    this.#url = new URL(url);
  }

  /** Answers the body, or throws the backend's refusal as it came. No answer at all is a refusal with status 500. */
  async call<T = Wire>(operation: string, input: object): Promise<T> {
    const { status, body } = await this.#track(() => this.#post(operation, JSON.stringify(input))).catch(
      noAnswer,
    );
    if (status !== 200) throw new Refusal(status, body);
    return body as T;
  }

  /** Whether the backend knows an operation at all. */
  async knows(operation: string): Promise<boolean> {
    try {
      await this.call(operation, {});
      return true;
    } catch (error) {
      if (!(error instanceof Refusal) || error.status !== 400) throw error;
      return error.type !== "UnknownOperationException";
    }
  }

  async untilActive(table: string, signal: AbortSignal): Promise<Wire> {
    for (let asked = 0; asked < STATUS_ASKED_MAX; asked++) {
      const { Table } = await this.call<{ Table: Wire }>("DescribeTable", { TableName: table });
      if (Table["TableStatus"] === "ACTIVE") return Table;
      await delay(STATUS_ASKED_EVERY_MS, undefined, { signal });
    }
    throw new Error(`The backend's table "${table}" did not become ACTIVE`);
  }

  async untilGone(table: string, signal: AbortSignal): Promise<void> {
    for (let asked = 0; asked < STATUS_ASKED_MAX; asked++) {
      if (!(await this.#has(table))) return;
      await delay(STATUS_ASKED_EVERY_MS, undefined, { signal });
    }
    throw new Error(`The backend's table "${table}" was not deleted`);
  }

  /** Takes no more calls and waits for those under way: dynalite brings the process down if it is closed before. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.allSettled(this.#underWay);
    this.#agent.destroy();
  }

  async #track<T>(call: () => Promise<T>): Promise<T> {
    if (this.#closed) throw new Error("the database was closed");
    const underWay = call();
    this.#underWay.add(underWay);
    try {
      return await underWay;
    } finally {
      this.#underWay.delete(underWay);
    }
  }

  async #has(table: string): Promise<boolean> {
    try {
      await this.call("DescribeTable", { TableName: table });
      return true;
    } catch (error) {
      if (error instanceof Refusal && error.type === "ResourceNotFoundException") return false;
      throw error;
    }
  }

  #post(operation: string, body: string): Promise<{ status: number; body: Wire }> {
    const { promise, resolve, reject } = Promise.withResolvers<{ status: number; body: Wire }>();
    const call = request(
      this.#url,
      { method: "POST", agent: this.#agent, headers: headersOf(operation, body), timeout: CALL_TIMEOUT_MS },
      (response) => readAnswer(response).then(resolve, reject),
    );
    call.on("error", reject);
    call.on("timeout", () => call.destroy(new Error(`no answer within ${CALL_TIMEOUT_MS} ms`)));
    call.end(body);
    return promise;
  }
}

function headersOf(operation: string, body: string) {
  return {
    "Content-Type": "application/x-amz-json-1.0",
    "Content-Length": Buffer.byteLength(body),
    "X-Amz-Target": `DynamoDB_20120810.${operation}`,
    "X-Amz-Date": "20260101T000000Z",
    Authorization: AUTHORIZATION,
  };
}

async function readAnswer(response: IncomingMessage): Promise<{ status: number; body: Wire }> {
  const chunks: Buffer[] = [];
  for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk);
  return {
    status: response.statusCode ?? 500,
    body: JSON.parse(Buffer.concat(chunks).toString("utf8")) as Wire,
  };
}

function noAnswer(error: Error): { status: number; body: Wire } {
  const message = `The rehearsal's backend did not answer: ${error.message}`;
  return { status: 500, body: { __type: "com.amazonaws.dynamodb.v20120810#InternalServerError", message } };
}
