import { Code, ConnectError } from "@connectrpc/connect";

/**
 * How a transaction failed, which decides what its client may do: after a `conflict`, when `refused` at a closed
 * gate and when the server was `lost` before the commit it may be tried again; after `unknown` it may have been
 * committed.
 */
export type FailureKind = "conflict" | "refused" | "lost" | "unknown" | "unsatisfied" | "invalid" | "other";

export interface TransactionFailure extends Error {
  readonly kind: FailureKind;
}

export function transactionFailure(kind: FailureKind, message: string, cause?: unknown): TransactionFailure {
  return Object.assign(new Error(message, { cause }), { kind });
}

export function isTransactionFailure(error: unknown): error is TransactionFailure {
  return error instanceof Error && "kind" in error;
}

/** In the order of `TransactionResponse.Error.ErrorCode`. */
const BY_ERROR_CODE = ["invalid", "conflict", "unknown", "other", "unsatisfied"] as const;

/**
 * Two that race for a record of Cassandra's may each read nothing: the lightweight transaction below has no winner. And a
 * record in doubt is recovered by whoever reads it, who is to read it again.
 */
const TO_BE_TRIED_AGAIN = /^CORE-(300(39|40)|20017): /;

export function fromErrorCode(code: number, message: string): FailureKind {
  const kind = BY_ERROR_CODE[code] ?? "other";
  return kind === "other" && TO_BE_TRIED_AGAIN.test(message) ? "conflict" : kind;
}

/** What became of a call that the transport ended. `committing` tells whether a commit was on its way. */
export function fromTransport(error: unknown, committing: boolean): TransactionFailure {
  if (isTransactionFailure(error)) return error;
  const { code, rawMessage } = ConnectError.from(error);
  const paused = code === Code.Unavailable && rawMessage.includes("paused");
  const kind = paused ? "refused" : committing ? "unknown" : "lost";
  return transactionFailure(kind, `${Code[code]}: ${rawMessage}`, error);
}
