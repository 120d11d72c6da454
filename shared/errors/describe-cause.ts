import { messageOf } from "./stillpoint-error.ts";

/** What a library or a service said, in one line, with the name of the failure where it has one. */
export function describeCause(cause: unknown): string {
  const name = cause instanceof Error && cause.name !== "Error" ? `${cause.name}: ` : "";
  return name + messageOf(cause);
}
