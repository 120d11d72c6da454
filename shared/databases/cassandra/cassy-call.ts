import { Code, type ConnectError } from "@connectrpc/connect";
import type { Reply } from "../../admin/call.ts";
import { describeTransportFailure } from "../../admin/transport-failure.ts";
import { StillpointError } from "../../errors/stillpoint-error.ts";

/** What was asked of Cassy, for messages: such as `RegisterCluster of node "10.0.0.1"`, at `host:port`. */
export interface Question {
  readonly what: string;
  readonly address: string;
  /** Follows where nobody knows whether Cassy acts on it. */
  readonly doubt: string;
}

export type Failed = Exclude<Reply<unknown>, { readonly kind: "answered" }>;

/** What Cassy answers, in the words that it has for it, and what they mean. It gives no details with any of them. */
const MEANINGS: readonly (readonly [said: string, meaning: string])[] = [
  [
    "All the required nodes are not available.",
    "Cassy wants every node of the cluster up, and none joining, leaving or moving: see nodetool status",
  ],
  [
    "The specified cluster cannot be found.",
    "it has no such registration: its metadata database was lost, or is another's",
  ],
  [
    "The request is invalid or inconsistent.",
    "a cluster is restored from a snapshot of the cluster only, never from one of nodes",
  ],
  ["out of bounds for length 0", "it knows nothing of that snapshot"],
  [
    "PauseException",
    "it could not pause or unpause every application, and leaves those paused that it has paused: stillpoint status",
  ],
];

export function answerOf<T>(question: Question, reply: Reply<T>): T {
  if (reply.kind === "answered") return reply.value;
  const code =
    reply.kind === "refused" && isCassysOwn(reply.error) ? "DATABASE_REFUSED" : "DATABASE_UNREACHABLE";
  throw new StillpointError(code, describeFailure(question, reply), { cause: reply.error });
}

/** Whether it is certain that Cassy does nothing for this call, now or later. */
export function isOver(reply: Failed): boolean {
  return reply.kind === "unsent" || (reply.kind === "refused" && isCassysOwn(reply.error));
}

export function describeFailure({ what, address, doubt }: Question, reply: Failed): string {
  const { error } = reply;
  const afterMs = Math.round(reply.answeredMs - reply.sentMs);
  const late = error.code === Code.DeadlineExceeded;
  switch (reply.kind) {
    case "unsent": {
      const why = late ? `it did not take up HTTP/2 within ${afterMs} ms` : describeTransportFailure(error);
      return `${what} was not sent to Cassy at "${address}": ${why}; Cassy was never reached`;
    }
    case "lost": {
      const why = late
        ? `no answer came within ${afterMs} ms`
        : `the answer was lost after ${afterMs} ms: ${describeTransportFailure(error)}`;
      return `${what} was sent to Cassy at "${address}", but ${why}; ${doubt}`;
    }
    case "refused":
      return isCassysOwn(error)
        ? `${what} was refused by Cassy at "${address}": ${describeStatus(error)}`
        : `${what} was sent to Cassy at "${address}", but the answer was ${described(error)}; ${doubt}`;
    default:
      return reply satisfies never;
  }
}

/**
 * These come from whatever stands before Cassy, such as a tunnel, which cannot tell whether Cassy is at work. Cassy's
 * own UNAVAILABLE has its own words, and comes before it does anything.
 */
function isCassysOwn({ code, rawMessage }: ConnectError): boolean {
  if (code === Code.Unavailable) return meaningOf(rawMessage) !== undefined;
  return code !== Code.DeadlineExceeded && code !== Code.Canceled;
}

function describeStatus(error: ConnectError): string {
  if (error.code === Code.Unimplemented)
    return `${described(error)}; something else than Cassy is there, or it is not Cassy's port`;
  const meaning = meaningOf(error.rawMessage) ?? (error.rawMessage === "" ? WORDLESS[error.code] : undefined);
  return meaning === undefined ? described(error) : `${described(error)}; ${meaning}`;
}

/** Causes that Cassy keeps to its own log. */
const WORDLESS: Readonly<Partial<Record<Code, string>>> = {
  [Code.Internal]:
    "so it answers where it cannot reach a node over JMX (port 7199, without authentication), or its metadata database; Cassy's log says which",
  [Code.Unknown]: "so it answers to a type that it does not know, and to defects of its own; see Cassy's log",
};

function meaningOf(said: string): string | undefined {
  return MEANINGS.find(([part]) => said.includes(part))?.[1];
}

function described({ code, rawMessage }: ConnectError): string {
  const name = Code[code].replaceAll(/(?<=[a-z])(?=[A-Z])/g, "_").toUpperCase();
  return rawMessage === "" ? `${name}, without a word` : `${name} "${rawMessage}"`;
}
