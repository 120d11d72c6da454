import { Code, ConnectError } from "@connectrpc/connect";
import { describe, expect, test } from "vitest";
import type { Reply } from "../../shared/admin/call.ts";
import { pauseOutcome } from "../../shared/admin/pause-reply.ts";
import { ErrorInfoSchema } from "../../shared/gen/google/rpc/error_info_pb.ts";

const instance = { component: "ledger", host: "10.0.0.7", port: 50053 };
const asked = { sentMs: 1_000, answeredMs: 1_250 };

function refused(code: Code, detail?: { reason: string; domain: string }): Reply<unknown> {
  const details = detail ? [{ desc: ErrorInfoSchema, value: detail }] : [];
  return { kind: "refused", error: new ConnectError("as it said", code, undefined, details), ...asked };
}

const outcome = (reply: Reply<unknown>) => pauseOutcome(instance, reply).kind;

describe.each(["com.scalar.dl.admin", "com.scalar.db.cluster.admin"])("a reason of %s", (domain) => {
  test.each([
    [Code.FailedPrecondition, "TIMED_OUT", "drain-timed-out"],
    [Code.FailedPrecondition, "TIMED_OUT_STILL_PAUSED", "held-by-another"],
    [Code.Aborted, "GATE_OPEN", "opened-during-drain"],
    [Code.Aborted, "PAUSE_IN_PROGRESS", "pause-in-progress"],
  ])("%i %s is %s", (code, reason, kind) => {
    expect(outcome(refused(code, { reason, domain }))).toBe(kind);
  });

  test("counts and not the code beside it", () => {
    expect(outcome(refused(Code.Aborted, { reason: "TIMED_OUT_STILL_PAUSED", domain }))).toBe(
      "held-by-another",
    );
  });

  test("that a later version invented leaves the gate unknown", () => {
    expect(outcome(refused(Code.FailedPrecondition, { reason: "SOMETHING_NEW", domain }))).toBe("unknown");
  });
});

test("a reason of a stranger's domain is not read", () => {
  const detail = { reason: "GATE_OPEN", domain: "proxy.example.com" };
  expect(outcome(refused(Code.FailedPrecondition, detail))).toBe("drain-timed-out");
});

test.each([
  [Code.FailedPrecondition, "drain-timed-out"],
  [Code.InvalidArgument, "not-sent"],
  [Code.Unimplemented, "not-sent"],
  [Code.Unauthenticated, "not-sent"],
  [Code.PermissionDenied, "not-sent"],
  [Code.Aborted, "unknown"],
  [Code.Canceled, "unknown"],
  [Code.Unknown, "unknown"],
  [Code.DeadlineExceeded, "unknown"],
  [Code.NotFound, "unknown"],
  [Code.AlreadyExists, "unknown"],
  [Code.ResourceExhausted, "unknown"],
  [Code.OutOfRange, "unknown"],
  [Code.Internal, "unknown"],
  [Code.Unavailable, "unknown"],
  [Code.DataLoss, "unknown"],
])("the bare status %i is %s", (code, kind) => {
  expect(outcome(refused(code))).toBe(kind);
});

test("a code that the library gave to a failure of its own proves nothing once the request was out", () => {
  const error = new ConnectError(
    "protocol error: missing output message for unary method",
    Code.Unimplemented,
  );
  expect(outcome({ kind: "lost", error, ...asked })).toBe("unknown");
});

test("an outcome carries the instance, the times and what to think of it", () => {
  const error = new ConnectError("the operation timed out", Code.DeadlineExceeded);
  expect(pauseOutcome(instance, { kind: "lost", error, ...asked })).toEqual({
    kind: "unknown",
    instance,
    sentMs: 1_000,
    answeredMs: 1_250,
    message:
      'Pause was sent to ledger at "10.0.0.7:50053", but no answer came within 250 ms; it may be paused, now or later',
  });
});
