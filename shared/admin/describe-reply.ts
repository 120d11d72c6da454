import { Code } from "@connectrpc/connect";
import { addressOf, type Instance } from "../pause/instance.ts";
import type { Reply } from "./call.ts";
import { describeTransportFailure } from "./transport-failure.ts";

export type Command = "Pause" | "Unpause" | "CheckPaused";

/** What became of a call that did not succeed, for the person who has to act on it. */
export function describeReply(command: Command, instance: Instance, reply: Reply<unknown>): string {
  const at = `${instance.component} at "${addressOf(instance)}"`;
  const afterMs = Math.round(reply.answeredMs - reply.sentMs);
  switch (reply.kind) {
    case "answered":
      return `${command} was answered by ${at}`;
    case "refused":
      return `${command} was refused by ${at}: ${describeStatus(reply.error.code, reply.error.rawMessage)}`;
    case "unsent":
      return isDeadline(reply)
        ? `${command} was not sent to ${at}: it did not take up an HTTP/2 connection within ${afterMs} ms`
        : `${command} was not sent to ${at}: ${describeTransportFailure(reply.error)}`;
    case "lost":
      return `${command} was sent to ${at}, but ${describeLoss(reply, afterMs)}; ${CONSEQUENCE[command]}`;
    default:
      return reply satisfies never;
  }
}

/** What an unanswered call leaves behind. */
const CONSEQUENCE: Readonly<Record<Command, string>> = {
  Pause: "it may be paused, now or later",
  Unpause: "it may still be paused",
  CheckPaused: "whether it is paused is unknown",
};

type Failed = Extract<Reply<unknown>, { readonly kind: "unsent" | "lost" }>;

function isDeadline({ error }: Failed): boolean {
  return error.code === Code.DeadlineExceeded;
}

function describeLoss(reply: Failed, afterMs: number): string {
  if (isDeadline(reply)) return `no answer came within ${afterMs} ms`;
  return `the answer was lost after ${afterMs} ms: ${describeTransportFailure(reply.error)}`;
}

function describeStatus(code: Code, message: string): string {
  if (code === Code.Unimplemented)
    return `it does not serve the admin interface there; is it the admin port? (${message})`;
  return message ? `${Code[code]}, ${message}` : `${Code[code]}, without a message`;
}
