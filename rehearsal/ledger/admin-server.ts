import * as http2 from "node:http2";
import type { AddressInfo } from "node:net";
import { Code, ConnectError, type ConnectRouter } from "@connectrpc/connect";
import { connectNodeAdapter } from "@connectrpc/connect-node";
import { ErrorInfoSchema } from "../../shared/admin/gen/google/rpc/error_info_pb.ts";
import { Health } from "../../shared/admin/gen/grpc/health/v1/health_pb.ts";
import { Admin, type PauseRequest } from "../../shared/admin/gen/scalar_admin_pb.ts";
import { DRAIN_WAIT_DEFAULT_MS, type Gate, type PauseResult } from "./gate.ts";

export interface AdminServerOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** PEM texts. With `clientCa` a client must show a certificate of that CA. */
  readonly tls?: { readonly certificate: string; readonly key: string; readonly clientCa?: string };
}

export interface AdminServer {
  readonly host: string;
  readonly port: number;
  /** Drops every connection at once, as a killed process would. */
  close(): Promise<void>;
}

const SERVING = 1;
const ERROR_DOMAIN = "com.scalar.dl.admin";

/** Serves a gate's admin interface and the standard health service over gRPC. */
export async function serveAdmin(gate: Gate, options: AdminServerOptions): Promise<AdminServer> {
  const handler = connectNodeAdapter({
    routes: (router) => routes(router, gate),
    connect: false,
    grpcWeb: false,
    fallback: methodNotFound,
  });
  const server = options.tls ? secureServer(options.tls, handler) : http2.createServer(handler);
  const connections = new Set<http2.ServerHttp2Session>();
  server.on("session", (session) => {
    connections.add(session);
    session.once("close", () => connections.delete(session));
    // A client that vanishes is its own affair; without a listener it would end this process.
    session.on("error", () => {});
  });
  await new Promise<void>((listening, failed) => {
    server.once("error", failed);
    server.listen(options.port, options.host, listening);
  });
  const close = () => {
    for (const session of connections) session.destroy();
    return new Promise<void>((closed) => server.close(() => closed()));
  };
  return { host: options.host, port: (server.address() as AddressInfo).port, close };
}

type Handler = ReturnType<typeof connectNodeAdapter>;

function secureServer(
  tls: NonNullable<AdminServerOptions["tls"]>,
  handler: Handler,
): http2.Http2SecureServer {
  const { certificate, key, clientCa } = tls;
  const demand = clientCa === undefined ? {} : { ca: clientCa, requestCert: true, rejectUnauthorized: true };
  return http2.createSecureServer({ cert: certificate, key, ...demand }, handler);
}

function routes(router: ConnectRouter, gate: Gate): void {
  router.service(Admin, {
    // The abort signal of the call is left alone: a real server does not notice that its client hung up either.
    pause: (request) => pause(gate, request),
    unpause: () => {
      gate.unpause();
      return {};
    },
    checkPaused: () => ({ paused: gate.checkPaused() }),
  });
  // Stays "serving" while paused, as the real one does.
  router.service(Health, { check: () => ({ status: SERVING }) });
}

async function pause(gate: Gate, request: PauseRequest): Promise<Record<string, never>> {
  const asked = request.maxPauseWaitTime === undefined ? undefined : Number(request.maxPauseWaitTime);
  const refusesLimit = gate.semantics === "scalardl-3.14" && request.waitOutstanding;
  if (refusesLimit && asked !== undefined && asked <= 0) {
    const rule = `must be greater than 0 ms, but was ${asked} ms; leave it unset to use the default of ${DRAIN_WAIT_DEFAULT_MS} ms`;
    throw new ConnectError(`max_pause_wait_time ${rule}`, Code.InvalidArgument);
  }
  const result = await gate.pause(request.waitOutstanding, asked);
  const failure = failureOf(result, asked ?? DRAIN_WAIT_DEFAULT_MS, gate);
  if (failure) throw failure;
  return {};
}

function failureOf(result: PauseResult, waitMs: number, gate: Gate): ConnectError | undefined {
  const late = `Pause did not complete: outstanding requests were not drained within ${waitMs} ms`;
  switch (result) {
    case "PAUSED":
      return undefined;
    case "TIMED_OUT":
      return explained(result, Code.FailedPrecondition, `${late}; the gate has been reopened`);
    case "TIMED_OUT_STILL_PAUSED":
      return explained(result, Code.FailedPrecondition, `${late}; the gate stays closed by an earlier pause`);
    case "GATE_OPEN":
      return explained(
        result,
        Code.Aborted,
        "Pause did not complete: the gate was reopened by a concurrent unpause",
      );
    case "PAUSE_IN_PROGRESS":
      return explained(result, Code.Aborted, "Pause did not start: another pause request is in progress");
    case "NOT_DRAINED":
      return new ConnectError(OLD_MESSAGE[gate.semantics], Code.FailedPrecondition);
    default:
      return result satisfies never;
  }
}

const OLD_MESSAGE = {
  "scalardl-3.14": "",
  "scalardl-3.13": "",
  "scalardb-server": "failed to finish processing outstanding requests within the time limit.",
};

function explained(reason: string, code: Code, message: string): ConnectError {
  const detail = { desc: ErrorInfoSchema, value: { reason, domain: ERROR_DOMAIN } };
  return new ConnectError(message, code, undefined, [detail]);
}

/** A gRPC server answers an unknown method with a status, not with HTTP 404. */
const methodNotFound: Handler = (request, response) => {
  response.writeHead(200, {
    "content-type": "application/grpc",
    "grpc-status": String(Code.Unimplemented),
    "grpc-message": `Method not found: ${(request.url ?? "").slice(1)}`,
  });
  response.end();
};
