import { setTimeout as delay } from "node:timers/promises";
import { isBusy } from "./refusal.ts";

/** How often an operation is asked for where the service does not say: one of an account, and one of seconds. */
const INTERVAL_MS = 2_000;
const SHORT_INTERVAL_MS = 250;
/** A change of an account takes minutes; a step may take less than fifteen. */
const LIMIT_MS = 600_000;

interface Bounds {
  readonly updateIntervalInMs: number;
  readonly abortSignal: AbortSignal;
}

/** How the SDK waits for a change of a container or of what it executes. */
export function bounded(): Bounds {
  return { updateIntervalInMs: SHORT_INTERVAL_MS, abortSignal: AbortSignal.timeout(LIMIT_MS) };
}

/** How it waits for a change of an account. */
export function boundedLong(): Bounds {
  return { ...bounded(), updateIntervalInMs: INTERVAL_MS };
}

const FIRST_WAIT_MS = 500;
const MOST_WAIT_MS = 15_000;

/** Repeats a change while the service is at another one of the same account. */
export async function inTurn<T>(call: () => Promise<T>): Promise<T> {
  const started = performance.now();
  for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(waitMs * 2, MOST_WAIT_MS)) {
    try {
      return await call();
    } catch (error) {
      if (!isBusy(error) || performance.now() - started > LIMIT_MS) throw error;
      await delay(waitMs);
    }
  }
}
