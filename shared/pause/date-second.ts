import { StillpointError } from "../errors/stillpoint-error.ts";

/** The second since 1970 that the `Date` header of an answer says. */
export function dateSecond(date: string | undefined, answer: string): number {
  const ms = Date.parse(date ?? "");
  if (Number.isNaN(ms))
    throw new StillpointError(
      "CLOCK_UNMEASURED",
      `the answer ${answer} has no usable Date header ("${date}")`,
    );
  return ms / 1000;
}
