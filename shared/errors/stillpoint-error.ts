import { ERRORS, type ErrorCode } from "./table.ts";

/**
 * The one error class. The message says what was attempted, with which values, and what state things are in;
 * the table behind the code says what it means and what to do next.
 */
export class StillpointError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "StillpointError";
    this.code = code;
  }
}

/** A failure as it crosses a checkpoint: classes do not survive JSON, so it is recognised by its code. */
export interface Failure {
  readonly code: ErrorCode;
  readonly message: string;
}

/** The code of anything thrown; what nobody threw on purpose is `INTERNAL`. */
export function codeOf(error: unknown): ErrorCode {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === "string" && Object.hasOwn(ERRORS, code) ? (code as ErrorCode) : "INTERNAL";
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String((error as Failure | null)?.message ?? error);
}

/** What a library calls an error, such as `TimeoutError`. */
export function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : "";
}

export function toFailure(error: unknown): Failure {
  return { code: codeOf(error), message: messageOf(error) };
}

export function fromFailure(failure: Failure): StillpointError {
  return new StillpointError(failure.code, failure.message);
}
