import type { CheckPausedResponse } from "../gen/scalar_admin_pb.ts";
import type { GateAnswer, Instance, UnpauseOutcome } from "../pause/instance.ts";
import type { Reply } from "./call.ts";
import { describeReply } from "./describe-reply.ts";
import { provenBy } from "./transport-failure.ts";

/** What CheckPaused said of the gate. */
export function gateAnswer(instance: Instance, reply: Reply<CheckPausedResponse>): GateAnswer {
  const asked = { instance, sentMs: reply.sentMs, answeredMs: reply.answeredMs };
  if (reply.kind === "answered") return { kind: reply.value.paused ? "closed" : "open", ...asked };
  const proven = reply.kind === "unsent" ? provenBy(reply.error) : undefined;
  const message = describeReply("CheckPaused", instance, reply);
  return { kind: proven ?? "no-answer", message, ...asked };
}

export function unpauseOutcome(instance: Instance, reply: Reply<unknown>): UnpauseOutcome {
  const asked = { instance, sentMs: reply.sentMs, answeredMs: reply.answeredMs };
  if (reply.kind === "answered") return { kind: "ok", ...asked };
  return { kind: "failed", message: describeReply("Unpause", instance, reply), ...asked };
}
