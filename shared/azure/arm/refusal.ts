import { messageOf, nameOf, StillpointError } from "../../errors/stillpoint-error.ts";
import type { ErrorCode } from "../../errors/table.ts";

/** Errors of the network: no answer of the service's own, or none in time. */
const UNANSWERED =
  /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|ECONNRESET|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|REQUEST_SEND_ERROR|PARSE_ERROR|AbortError|TimeoutError|UND_ERR_\w+)$/;
/** Answers that another try may change: too early, too much, moved, or the service's own fault. */
const PASSING_STATUSES: ReadonlySet<number> = new Set([408, 410, 429, 449]);
const CREDENTIALS =
  /^(CredentialUnavailableError|AuthenticationError|AggregateAuthenticationError|AuthenticationRequiredError)$/;
/** Azure makes one change of an account at a time. */
const BUSY =
  /exclusive lock|another operation|operation (is )?(already )?in progress|being (created|updated|provisioned)/i;
const ACTION = /perform action '([^']+)'/;

/** HTTP status of an answer of either plane; undefined where none came. */
function statusOf(error: unknown): number | undefined {
  const { statusCode, code } = (error ?? {}) as { statusCode?: unknown; code?: unknown };
  return [statusCode, code].find((status): status is number => typeof status === "number");
}

export function isStatus(error: unknown, ...statuses: readonly number[]): boolean {
  return statuses.includes(statusOf(originOf(error)) ?? 0);
}

/** What the service or the SDK said, below our own words. */
function originOf(error: unknown): unknown {
  return error instanceof StillpointError ? error.cause : error;
}

/** Whether another try may succeed: no answer came, or one that says so. */
export function passes(error: unknown): boolean {
  const origin = originOf(error);
  const status = statusOf(origin);
  if (status !== undefined) return PASSING_STATUSES.has(status) || status >= 500 || isBusy(origin);
  return isUnanswered(origin);
}

export function isUnanswered(error: unknown): boolean {
  const origin = originOf(error);
  if (statusOf(origin) !== undefined) return false;
  return UNANSWERED.test(nameOf(origin)) || UNANSWERED.test(serviceCode(origin));
}

/** Whether another change of the account is under way. */
export function isBusy(error: unknown): boolean {
  const origin = originOf(error);
  return [409, 412, 429].includes(statusOf(origin) ?? 0) && BUSY.test(messageOf(origin));
}

/** The action that was not allowed, as Azure names it. */
export function deniedAction(error: unknown): string | undefined {
  return ACTION.exec(messageOf(originOf(error)))?.[1];
}

/** Undefined where the service says that there is no such thing. */
export async function unlessAbsent<T>(call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    if (isStatus(error, 404)) return undefined;
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
      cause: withoutRequest(error),
    });
  }
}

/** The SDKs' errors hold their requests, whose headers hold tokens and signatures: no log is to get those. */
function withoutRequest(error: unknown): Error {
  const { name, code, statusCode } = error as { name?: string; code?: unknown; statusCode?: unknown };
  const kept = {
    ...(name && { name }),
    ...(code !== undefined && { code }),
    ...(statusCode !== undefined && { statusCode }),
  };
  return Object.assign(new Error(brief(error)), kept);
}

function codeFor(error: unknown): ErrorCode {
  if (isStatus(error, 401, 403)) return "DATABASE_DENIED";
  if (CREDENTIALS.test(nameOf(error)) && !isIdentityAway(error)) return "DATABASE_DENIED";
  return passes(error) || isIdentityAway(error) ? "DATABASE_UNREACHABLE" : "DATABASE_REFUSED";
}

/** Whether whoever gives out the identity's tokens did not answer; the SDK tells it in words alone. */
function isIdentityAway(error: unknown): boolean {
  return CREDENTIALS.test(nameOf(error)) && (passes(error) || /network/i.test(messageOf(error)));
}

/** Long enough for what Azure explains, short enough for a log line; its messages carry whole answers at times. */
const MOST_CHARACTERS = 800;

function describe(error: unknown): string {
  if (CREDENTIALS.test(nameOf(error)))
    return `no Azure credentials were accepted: give this process a managed identity, or log in with az login (${brief(error)})`;
  const action = deniedAction(error);
  const denied = action === undefined ? "" : `this identity may not ${action}`;
  return [denied, serviceCode(error), brief(error)].filter((part) => part !== "").join(": ");
}

function brief(error: unknown): string {
  const [first = ""] = messageOf(error).split("ActivityId:");
  const text = first.replaceAll(/\s+/g, " ").trim();
  return text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}…` : text;
}

function serviceCode(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === "string" || typeof code === "number" ? String(code) : "";
}
