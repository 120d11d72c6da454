import type { IncomingMessage } from "node:http";
import { request as plainRequest } from "node:http";
import { type RequestOptions, request as tlsRequest } from "node:https";
import type { KubeConfig } from "@kubernetes/client-node";
import * as z from "zod";
import { describeTransportFailure } from "../transport-failure.ts";

export type Query = Readonly<Record<string, string>>;

/** Why a question was not answered. */
export type Unanswered =
  /** The API server said no, with its status; `about` is what it says is not there or not allowed. */
  | {
      readonly kind: "refused";
      readonly status: number;
      readonly message: string;
      readonly about?: string;
    }
  /** Nobody knows: no connection, silence until the limit, or an answer that makes no sense. */
  | { readonly kind: "silent"; readonly message: string; readonly isLate?: true };

export type Answer = { readonly kind: "answered"; readonly body: unknown } | Unanswered;
/** A stream of objects, one a line; it throws when the connection breaks. */
export type Stream = { readonly kind: "open"; readonly lines: AsyncGenerator<unknown> } | Unanswered;

/** What the API server says where it does not answer the question. */
const Status = z.object({
  kind: z.literal("Status"),
  message: z.string().default("no reason given"),
  details: z.object({ name: z.string().optional(), kind: z.string().optional() }).default({}),
});

/**
 * Asks one API server. The client library keeps the credentials, and renews them; the requests are made here,
 * since the library's have no deadline, and instances may be held while they are asked.
 */
export class ApiServer {
  readonly #credentials: KubeConfig;
  readonly #closing = new AbortController();

  constructor(credentials: KubeConfig) {
    this.#credentials = credentials;
  }

  /** The address of the API server: an object's name means nothing at another one. */
  get address(): string {
    return (this.#credentials.getCurrentCluster()?.server ?? "").replace(/\/+$/, "");
  }

  /** Fetches the credentials, which may need a program of somebody else's, before time matters. */
  async authenticate(limitMs: number): Promise<Unanswered | undefined> {
    try {
      await orGiveUp(this.#credentials.applyToHTTPSOptions({}), AbortSignal.timeout(limitMs));
      return undefined;
    } catch (error) {
      const { message } = silence(error, limitMs);
      return { kind: "silent", message: `no credentials: ${message}` };
    }
  }

  async get(path: string, query: Query, limitMs: number): Promise<Answer> {
    const signal = AbortSignal.any([this.#closing.signal, AbortSignal.timeout(limitMs)]);
    try {
      const response = await this.#send(path, query, signal);
      const body = await bodyOf(response);
      return response.statusCode === 200 && body !== undefined
        ? { kind: "answered", body }
        : refusal(response, body);
    } catch (error) {
      return silence(error, limitMs);
    }
  }

  /** Opens a stream that goes on until either side ends it; `limitMs` is for its beginning only. */
  async stream(path: string, query: Query, limitMs: number, until: AbortSignal): Promise<Stream> {
    const opening = new AbortController();
    const timer = setTimeout(() => opening.abort(new DOMException("too late", "TimeoutError")), limitMs);
    try {
      const signal = AbortSignal.any([this.#closing.signal, until, opening.signal]);
      const response = await this.#send(path, query, signal);
      if (response.statusCode === 200) return { kind: "open", lines: linesOf(response) };
      return refusal(response, await bodyOf(response));
    } catch (error) {
      return silence(error, limitMs);
    } finally {
      clearTimeout(timer);
    }
  }

  close(): void {
    this.#closing.abort();
  }

  async #send(path: string, query: Query, signal: AbortSignal): Promise<IncomingMessage> {
    const options: RequestOptions = {};
    await orGiveUp(this.#credentials.applyToHTTPSOptions(options), signal);
    const url = new URL(`${this.address}${path}?${new URLSearchParams(query)}`);
    const headers = { ...(options.headers as Record<string, string>), accept: "application/json" };
    const send = url.protocol === "http:" ? plainRequest : tlsRequest;
    return new Promise((resolve, reject) => {
      const request = send(url, { ...options, headers, signal }, resolve);
      request.once("error", reject);
      request.end();
    });
  }
}

/** A proxy on the way may answer something else than JSON. */
async function bodyOf(response: IncomingMessage): Promise<unknown> {
  const text = (await response.setEncoding("utf8").toArray()).join("");
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function* linesOf(response: IncomingMessage): AsyncGenerator<unknown> {
  let rest = "";
  for await (const chunk of response.setEncoding("utf8")) {
    const lines = `${rest}${chunk}`.split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) if (line !== "") yield JSON.parse(line);
  }
}

function refusal({ statusCode = 0 }: IncomingMessage, body: unknown): Unanswered {
  const said = Status.safeParse(body);
  if (!said.success)
    return { kind: "silent", message: `an answer with status ${statusCode} that is no Kubernetes API's` };
  const { message, details } = said.data;
  const about = details.kind === undefined ? {} : { about: `${details.kind} ${details.name ?? ""}`.trim() };
  return { kind: "refused", status: statusCode, message, ...about };
}

/** The program that fetches credentials takes no signal, so it is left behind. */
async function orGiveUp(work: Promise<unknown>, signal: AbortSignal): Promise<void> {
  const { promise, reject } = Promise.withResolvers<never>();
  const giveUp = () => reject(signal.reason);
  if (signal.aborted) giveUp();
  signal.addEventListener("abort", giveUp);
  try {
    await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener("abort", giveUp);
  }
}

function silence(error: unknown, limitMs: number): Extract<Unanswered, { kind: "silent" }> {
  const root = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (root instanceof Error && root.name === "TimeoutError")
    return { kind: "silent", message: `no answer within ${limitMs / 1000} s`, isLate: true };
  return { kind: "silent", message: describeTransportFailure(error) };
}
