import { codeOf } from "../../errors/stillpoint-error.ts";
import type { ErrorCode } from "../../errors/table.ts";

/** How often an effect is tried while it fails for a reason that passes by itself: nobody sits at the keyboard. */
export const ATTEMPTS_MOST = 5;

const FIRST_WAIT_SECONDS = 5;
const MOST_WAIT_SECONDS = 60;

const PASSING: ReadonlySet<ErrorCode> = new Set([
  "DATABASE_UNREACHABLE",
  "CATALOG_UNREADABLE",
  "PARTS_UNREADABLE",
]);

/** What a database answers when it is asked too much, or is unwell itself. */
const THROTTLED: ReadonlySet<string> = new Set([
  "ThrottlingException",
  "TooManyRequestsException",
  "RequestLimitExceeded",
  "ProvisionedThroughputExceededException",
  "InternalServerError",
  "ServiceUnavailable",
]);

/** Whether the same might work a minute later. */
export function isPassing(error: unknown): boolean {
  const code = codeOf(error);
  if (code !== "DATABASE_REFUSED") return PASSING.has(code);
  const cause = (error as { cause?: unknown }).cause;
  return cause instanceof Error && THROTTLED.has(cause.name);
}

/** The wait after an attempt in vain. */
export function waitAfter(attempt: number): { readonly seconds: number } {
  return { seconds: Math.min(FIRST_WAIT_SECONDS * 2 ** (attempt - 1), MOST_WAIT_SECONDS) };
}
