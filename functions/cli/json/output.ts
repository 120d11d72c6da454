import * as z from "zod";
import { ERRORS, type ErrorCode } from "../../../shared/errors/table.ts";

/** A failure, with the same words that people are told, and the exit status. */
const ErrorJson = z.strictObject({
  code: z.enum(Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]]),
  message: z.string(),
  meaning: z.string(),
  /** The next thing to do, as a command where there is one. */
  next: z.string(),
  exit: z.number().int(),
});

/** What any command prints that failed before it had anything else to say. */
export const FailureOutput = z.strictObject({ error: ErrorJson });

/** A command's result. `error` stands beside it exactly where the exit status is not 0. */
export function output<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.strictObject({ ...shape, error: ErrorJson.exactOptional() });
}
