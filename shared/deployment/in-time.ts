import { setTimeout as delay } from "node:timers/promises";
import { StillpointError } from "../errors/stillpoint-error.ts";

/** Looks at a database for so long at most; what has not ended by then is told to stop, and not waited for. */
export async function inTime<T>(
  limitMs: number,
  what: string,
  look: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const late = new AbortController();
  const done = new AbortController();
  const limit = delay(limitMs, undefined, { signal: done.signal }).then(() => {
    late.abort();
    throw new StillpointError("DATABASE_UNREACHABLE", `${what} did not end within ${limitMs / 1000} s`);
  });
  limit.catch(() => {});
  const work = look(late.signal);
  work.catch(() => {});
  try {
    return await Promise.race([work, limit]);
  } finally {
    done.abort();
  }
}
