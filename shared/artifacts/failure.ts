import { describeCause } from "../errors/describe-cause.ts";
import { codeOf, StillpointError } from "../errors/stillpoint-error.ts";

/** Why something could not be written, and what is left of it. */
export function writeFailure(action: string, cause: unknown, left: string): StillpointError {
  return failure("DUMP_FAILED", action, cause, left);
}

/** Why something could not be read; what is damaged has a code of its own. */
export function readFailure(action: string, cause: unknown): StillpointError {
  return failure("LOAD_FAILED", action, cause, "nothing was changed");
}

export function damaged(what: string): StillpointError {
  return new StillpointError("DUMP_DAMAGED", what);
}

/** `what` is the key and the store. */
export function alreadyThere(what: string): StillpointError {
  const told = `there is something at ${what} already; it was left as it is, and nothing was stored`;
  return new StillpointError("DUMP_FAILED", told);
}

function failure(
  code: "DUMP_FAILED" | "LOAD_FAILED",
  action: string,
  cause: unknown,
  left: string,
): StillpointError {
  // Whoever fed the store, or told it to stop, has said what is to be said.
  if (cause instanceof StillpointError && codeOf(cause) !== "INTERNAL") return cause;
  return new StillpointError(code, `cannot ${action}: ${describeCause(cause)}; ${left}`, { cause });
}

const LOCAL = /^(localhost|127(\.\d+){3}|\[::1\])$/;

/** Why what travels to an address would be read along, where it would. */
export function plainHttpProblem(endpoint: string | undefined): string | undefined {
  if (endpoint === undefined) return undefined;
  const { protocol, hostname } = new URL(endpoint);
  if (protocol !== "http:" || LOCAL.test(hostname)) return undefined;
  return `"${endpoint}" is plain http to another machine: the dumps would travel in the clear; use https`;
}
