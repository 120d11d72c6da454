import { StillpointError } from "../errors/stillpoint-error.ts";

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
