import { Code, ConnectError, createClient, type Transport } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { afterEach, expect, test } from "vitest";
import { type AdminServer, serveAdmin } from "../../../rehearsal/ledger/admin-server.ts";
import { Gate, type GateSemantics } from "../../../rehearsal/ledger/gate.ts";
import { ErrorInfoSchema } from "../../../shared/gen/google/rpc/error_info_pb.ts";
import { Health } from "../../../shared/gen/grpc/health/v1/health_pb.ts";
import { Admin } from "../../../shared/gen/scalar_admin_pb.ts";

const servers: AdminServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

async function serve(semantics: GateSemantics): Promise<{ gate: Gate; transport: Transport }> {
  const gate = new Gate(semantics);
  const server = await serveAdmin(gate, { host: "127.0.0.1", port: 0 });
  servers.push(server);
  return { gate, transport: createGrpcTransport({ baseUrl: `http://127.0.0.1:${server.port}` }) };
}

async function failureOf(call: Promise<unknown>): Promise<ConnectError> {
  return call.then(
    () => expect.fail("the call succeeded"),
    (error: unknown) => ConnectError.from(error),
  );
}

async function undrained(semantics: GateSemantics): Promise<ConnectError> {
  const { gate, transport } = await serve(semantics);
  await gate.letIn();
  return failureOf(createClient(Admin, transport).pause({ waitOutstanding: true, maxPauseWaitTime: 50n }));
}

test("since 3.14 a failed pause says why, in words and in the trailers", async () => {
  const error = await undrained("scalardl-3.14");
  expect(error.code).toBe(Code.FailedPrecondition);
  expect(error.rawMessage).toBe(
    "Pause did not complete: outstanding requests were not drained within 50 ms; the gate has been reopened",
  );
  expect(error.findDetails(ErrorInfoSchema)).toMatchObject([
    { reason: "TIMED_OUT", domain: "com.scalar.dl.admin" },
  ]);
});

test.each([
  ["scalardl-3.13", ""],
  ["scalardb-server", "failed to finish processing outstanding requests within the time limit."],
] as const)("a failed pause of %s has no details", async (semantics, message) => {
  const error = await undrained(semantics);
  expect([error.code, error.rawMessage, error.details]).toEqual([Code.FailedPrecondition, message, []]);
});

test("a limit that is not positive is refused only where the pause waits", async () => {
  const { gate, transport } = await serve("scalardl-3.14");
  const admin = createClient(Admin, transport);
  const error = await failureOf(admin.pause({ waitOutstanding: true, maxPauseWaitTime: -5n }));
  expect([error.code, error.rawMessage]).toEqual([
    Code.InvalidArgument,
    "max_pause_wait_time must be greater than 0 ms, but was -5 ms; leave it unset to use the default of 30000 ms",
  ]);
  expect(gate.checkPaused()).toBe(false);
  await admin.pause({ waitOutstanding: false, maxPauseWaitTime: -5n });
  expect(gate.checkPaused()).toBe(true);
});

test("the largest limit there is can be asked for", async () => {
  const { transport } = await serve("scalardl-3.14");
  await createClient(Admin, transport).pause({ waitOutstanding: true, maxPauseWaitTime: 2n ** 63n - 1n });
});

test("health stays serving while paused", async () => {
  const { gate, transport } = await serve("scalardl-3.14");
  const health = createClient(Health, transport);
  expect(await health.check({})).toMatchObject({ status: 1 });
  await gate.pause(true, 100);
  expect(await health.check({})).toMatchObject({ status: 1 });
});

test("an unknown method is UNIMPLEMENTED, by a gRPC status", async () => {
  const { transport } = await serve("scalardl-3.14");
  const other = { ...Admin.method.checkPaused, name: "Stats" };
  const error = await failureOf(transport.unary(other, undefined, undefined, undefined, {}));
  expect([error.code, error.rawMessage]).toEqual([Code.Unimplemented, "Method not found: rpc.Admin/Stats"]);
});
