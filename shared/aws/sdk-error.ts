import { nameOf } from "../errors/stillpoint-error.ts";

/** Errors of the network: no answer of the service's own, so that nobody knows whether the call was carried out. */
const UNREACHABLE =
  /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|ECONNRESET|EPIPE|ETIMEDOUT|EHOSTUNREACH|TimeoutError|AggregateError|NetworkingError)$/;

export const NO_CREDENTIALS =
  "no AWS credentials were found: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or the database's profile";

/** Whether no answer came at all. */
export function isUnreachable(error: unknown): boolean {
  return UNREACHABLE.test(nameOf(error)) || UNREACHABLE.test(systemCode(error));
}

/** Such as `ECONNREFUSED`. */
export function systemCode(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === "string" ? code : "";
}

/** HTTP status of the service's answer; 0 where none came. */
export function statusOf(error: unknown): number {
  return (error as { $metadata?: { httpStatusCode?: number } } | null)?.$metadata?.httpStatusCode ?? 0;
}
