import type * as z from "zod";
import { StillpointError } from "../shared/errors/stillpoint-error.ts";

/** Every problem of an event, or of whatever else was given, at once. */
export function parsed<E>(schema: z.ZodType<E>, given: unknown, what = "event"): E {
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  const problems = result.error.issues.map(
    ({ path, message }) => `${path.join(".") || `the ${what}`}: ${message}`,
  );
  throw new StillpointError(
    "REQUEST_INVALID",
    `the ${what} was not understood: ${problems.join("; ")}; nothing was done`,
  );
}
