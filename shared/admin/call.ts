import type { ClientHttp2Stream } from "node:http2";
import type { DescService } from "@bufbuild/protobuf";
import { type CallOptions, type Client, Code, ConnectError, createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import type { Asked } from "../pause/instance.ts";
import type { AdminConnection, Line } from "./connection.ts";

/** How one call ended, by what is known of the server. */
export type Reply<T> = Asked &
  (
    | { readonly kind: "answered"; readonly value: T }
    /** The server itself answered with a gRPC status. */
    | { readonly kind: "refused"; readonly error: ConnectError }
    /** Proven: the request never left, so the server cannot act on it now or later. */
    | { readonly kind: "unsent"; readonly error: ConnectError }
    /** The request went out, or may have, and no status came back. */
    | { readonly kind: "lost"; readonly error: ConnectError }
  );

export interface Call<T> {
  /** Never rejects. */
  readonly reply: Promise<Reply<T>>;
  /** Keeps the request from being sent; false when it is out already. */
  withhold(): boolean;
  /** Ends the wait for an answer, which the server does not notice. */
  abandon(why: string): void;
}

/** `waiting` for the connection; `sent` from the moment that the stream exists, which is before its first byte. */
type Progress = "waiting" | "sent" | "withheld";

/** Starts one call, with a deadline that covers dialling too. */
export function startCall<S extends DescService, T>(
  service: S,
  connection: AdminConnection,
  clock: () => number,
  deadlineMs: number,
  invoke: (client: Client<S>, options: CallOptions) => Promise<T>,
): Call<T> {
  const line = connection.take();
  const cancel = new AbortController();
  const request = { progress: "waiting" as Progress };
  const client = createClient(service, transportOn(connection.origin, line, request, cancel));
  const sentMs = clock();
  // The library reads 0 as no limit at all.
  const call = invoke(client, { timeoutMs: Math.max(1, deadlineMs), signal: cancel.signal });
  const reply = call.then(
    (value): Reply<T> => {
      connection.release(line, false);
      return { kind: "answered", value, sentMs, answeredMs: clock() };
    },
    (reason: unknown): Reply<T> => {
      const error = ConnectError.from(reason);
      const kind = kindOfFailure(request.progress, error);
      if (kind === "unsent") request.progress = "withheld";
      connection.release(line, kind !== "refused" && error.code === Code.DeadlineExceeded);
      return { kind, error, sentMs, answeredMs: clock() };
    },
  );
  const withhold = () => {
    if (request.progress === "sent") return false;
    request.progress = "withheld";
    cancel.abort(new ConnectError("interrupted before it was sent", Code.Canceled));
    return true;
  };
  const abandon = (why: string) => cancel.abort(new ConnectError(why, Code.Canceled));
  return { reply, withhold, abandon };
}

function kindOfFailure(progress: Progress, error: ConnectError): "refused" | "unsent" | "lost" {
  if (progress !== "sent") return "unsent";
  // Only a status that came over the wire is in the metadata. The library gives codes such as "unimplemented" and
  // "aborted" to failures of its own, too; those say nothing about the server.
  return error.metadata.has("grpc-status") ? "refused" : "lost";
}

/** A transport for one call, so that it is known of each call whether its request left. */
function transportOn(origin: string, line: Line, request: { progress: Progress }, cancel: AbortController) {
  // Node leaves out the brackets around an IPv6 address, and servers reject the request.
  const pseudo = { ":authority": new URL(origin).host };
  return createGrpcTransport({
    baseUrl: origin,
    sessionManager: {
      authority: origin,
      async request(method, path, headers, options) {
        const session = await line.ready;
        if (request.progress === "withheld") throw new ConnectError("withheld", Code.Canceled);
        // Throws where the session has closed meanwhile: then there is no stream, and nothing was sent.
        const stream = session.request({ ...headers, ...pseudo, ":method": method, ":path": path }, options);
        request.progress = "sent";
        endUnanswered(stream, cancel);
        return stream;
      },
      notifyResponseByteRead() {},
    },
  });
}

/** The library waits for ever on a stream that a peer closes without an error and without an answer. */
function endUnanswered(stream: ClientHttp2Stream, cancel: AbortController): void {
  let answered = false;
  stream.once("response", () => {
    answered = true;
  });
  stream.once("close", () => {
    if (!answered)
      cancel.abort(new ConnectError("the stream was closed without an answer", Code.Unavailable));
  });
}
