import type { HttpResponseInit } from "@azure/functions";
import { codeOf, messageOf } from "../../shared/errors/stillpoint-error.ts";
import { ERRORS, type ErrorCode } from "../../shared/errors/table.ts";

export function answer(status: number, value: unknown): HttpResponseInit {
  return { status, jsonBody: value };
}

/** Who asked can change something; all else is ours, or passes by itself. */
const OF_THE_CALLER: Partial<Record<ErrorCode, number>> = {
  REQUEST_INVALID: 400,
  USAGE: 400,
  DEPLOYMENT_UNKNOWN: 404,
  NOT_FOUND: 404,
  APPROVAL_REFUSED: 409,
  CATALOG_CONFLICT: 409,
  RUN_FINISHED: 409,
};
/** Another caller was quicker: the same may go well now. */
const AGAIN: readonly ErrorCode[] = ["CATALOG_CONFLICT"];
const NOT_NOW: readonly ErrorCode[] = ["CATALOG_UNREADABLE", "DATABASE_UNREACHABLE"];

/** Whether the same would be refused again, however often it is asked for. */
export function isOfTheCaller(error: unknown): boolean {
  const code = codeOf(error);
  return code in OF_THE_CALLER && !AGAIN.includes(code);
}

/** What went wrong, and what to do next. The message of a defect is in the log, and nowhere else. */
export function failed(error: unknown): HttpResponseInit {
  const code = codeOf(error);
  const status = OF_THE_CALLER[code] ?? (NOT_NOW.includes(code) ? 503 : 500);
  const message = code === "INTERNAL" ? "a defect of Stillpoint; the log tells more" : messageOf(error);
  return answer(status, { code, message, next: ERRORS[code].next });
}
