import type * as z from "zod";
import { StillpointError } from "../shared/errors/stillpoint-error.ts";

/** Every problem of an event at once. */
export function parsed<E>(schema: z.ZodType<E>, given: unknown): E {
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  const problems = result.error.issues.map(
    ({ path, message }) => `${path.join(".") || "the event"}: ${message}`,
  );
  throw new StillpointError(
    "REQUEST_INVALID",
    `the event was not understood: ${problems.join("; ")}; nothing was done`,
  );
}
