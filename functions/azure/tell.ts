import { codeOf, messageOf } from "../../shared/errors/stillpoint-error.ts";
import { ERRORS } from "../../shared/errors/table.ts";
import { logLine } from "../../shared/telemetry/log-line.ts";
import { writeLine } from "./invocation.ts";

/** Logs a failure with the next step. */
export function tell(error: unknown): void {
  const code = codeOf(error);
  const stack = code === "INTERNAL" && error instanceof Error ? { stack: error.stack } : {};
  writeLine("error", logLine("error", messageOf(error), { code, next: ERRORS[code].next, ...stack }));
}
