import { setTimeout as delay } from "node:timers/promises";
import { StillpointError } from "../errors/stillpoint-error.ts";

/** What was not done by then goes on, but nobody waits for it any more. */
export async function within<T>(limitMs: number, what: string, work: Promise<T>): Promise<T> {
  const done = new AbortController();
  const limit = delay(limitMs, undefined, { signal: done.signal }).then(() => {
    throw new StillpointError("CATALOG_UNREADABLE", `the catalog did not ${what} within ${limitMs} ms`);
  });
  limit.catch(() => {});
  work.catch(() => {});
  try {
    return await Promise.race([work, limit]);
  } finally {
    done.abort();
  }
}
