import { Code, ConnectError, type ConnectRouter } from "@connectrpc/connect";
import { ErrorInfoSchema } from "../../shared/gen/google/rpc/error_info_pb.ts";
import { Health } from "../../shared/gen/grpc/health/v1/health_pb.ts";
import { Admin, type PauseRequest } from "../../shared/gen/scalar_admin_pb.ts";
import { type GrpcServer, type GrpcServerOptions, serveGrpc } from "../grpc-server.ts";
import { DRAIN_WAIT_DEFAULT_MS, type Gate, type PauseResult } from "./gate.ts";

export type AdminServerOptions = GrpcServerOptions;
export type AdminServer = GrpcServer;

const SERVING = 1;
const ERROR_DOMAIN = "com.scalar.dl.admin";

/** Serves a gate's admin interface and the standard health service over gRPC. */
export function serveAdmin(gate: Gate, options: AdminServerOptions): Promise<AdminServer> {
  return serveGrpc((router) => routes(router, gate), options);
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
