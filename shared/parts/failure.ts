import { messageOf, StillpointError } from "../errors/stillpoint-error.ts";

/** What was attempted with a store of parts, and why it failed. */
export function partsFailure(action: string, cause: unknown): StillpointError {
  return new StillpointError(
    "PARTS_UNREADABLE",
    `cannot ${action}: ${describe(cause)}; nothing else was changed`,
    {
      cause,
    },
  );
}

function describe(cause: unknown): string {
  const name = cause instanceof Error && cause.name !== "Error" ? `${cause.name}: ` : "";
  return name + messageOf(cause);
}

const PLAIN = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

/** Runs come from outside, and all parts of one are removed at once: it must not name a folder above, or nothing. */
export function plainRun(run: string): string {
  if (PLAIN.test(run)) return run;
  throw new StillpointError("PARTS_UNREADABLE", `"${run}" cannot be the name of a run; nothing was changed`);
}

/** A name of a part, whose run is plain. */
export function plainName(name: string): string {
  const [run = "", part = "", ...rest] = name.split("/");
  if (rest.length === 0 && PLAIN.test(part)) return `${plainRun(run)}/${part}`;
  throw new StillpointError(
    "PARTS_UNREADABLE",
    `"${name}" cannot be the name of a part; nothing was changed`,
  );
}
