import { isUnreachable, NO_CREDENTIALS, statusOf, systemCode } from "../../../aws/sdk-error.ts";
import { nameOf, StillpointError } from "../../../errors/stillpoint-error.ts";
import type { ErrorCode } from "../../../errors/table.ts";

const DENIED =
  /^(AccessDenied(Exception|Fault)?|UnauthorizedOperation|UnrecognizedClientException|InvalidClientTokenId|ExpiredToken(Exception)?|Invalid?SignatureException|SignatureDoesNotMatch|CredentialsProviderError|MissingAuthenticationToken(Exception)?|OptInRequired)$/;
const THROTTLED =
  /^(Throttling(Exception)?|ThrottledException|RequestLimitExceeded|TooManyRequestsException)$/;
/** Another change is under way, or the service is not there yet with what it answered. */
const BUSY = /^InvalidDB(Instance|Cluster)State(Fault)?$/;
const ABSENT = /^DB(Instance|Cluster)NotFound(Fault)?$/;
const TAKEN = /^DB(Instance|Cluster)AlreadyExists(Fault)?$/;

/** What the service or the SDK said, below our own words. */
function originOf(error: unknown): unknown {
  return error instanceof StillpointError ? error.cause : error;
}

function isAbsent(error: unknown): boolean {
  return ABSENT.test(nameOf(originOf(error)));
}

export function isTaken(error: unknown): boolean {
  return TAKEN.test(nameOf(originOf(error)));
}

/** Whether it is to be tried again later: another change is under way. */
export function isBusy(error: unknown): boolean {
  return BUSY.test(nameOf(originOf(error)));
}

export function isNamed(error: unknown, pattern: RegExp): boolean {
  return pattern.test(nameOf(originOf(error)));
}

/** Whether no answer came, or one that says nothing of whether the call was carried out. */
export function isUnanswered(error: unknown): boolean {
  const origin = originOf(error);
  return isUnreachable(origin) || statusOf(origin) >= 500;
}

/** Whether another try may succeed. */
export function passes(error: unknown): boolean {
  const name = nameOf(originOf(error));
  return isUnanswered(error) || isBusy(error) || THROTTLED.test(name);
}

/** Undefined where the service says that there is no such thing. */
export async function unlessAbsent<T>(call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

/** Tells what was attempted, on what, and what the service said. */
export async function attempt<T>(action: string, subject: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof StillpointError) throw error;
    throw new StillpointError(codeFor(error), `cannot ${action} "${subject}": ${describe(error)}`, {
      cause: error,
    });
  }
}

function codeFor(error: unknown): ErrorCode {
  if (DENIED.test(nameOf(error))) return "DATABASE_DENIED";
  if (isUnanswered(error) || THROTTLED.test(nameOf(error))) return "DATABASE_UNREACHABLE";
  return "DATABASE_REFUSED";
}

function describe(error: unknown): string {
  if (nameOf(error) === "CredentialsProviderError") return NO_CREDENTIALS;
  const message = error instanceof Error ? error.message : String(error);
  return [nameOf(error), systemCode(error), message]
    .filter((part, index, all) => part !== "" && part !== "Error" && all.indexOf(part) === index)
    .join(": ");
}
