import { setTimeout as delay } from "node:timers/promises";
import { isRefusal } from "./refusal.ts";

const FIRST_WAIT_MS = 250;
const MOST_WAIT_MS = 5_000;
/** Longer than the service's own cool-downs (15 s), shorter than a step may take. */
const LIMIT_MS = 90_000;

type Passing = readonly string[] | ((error: unknown) => boolean);

/** Repeats a call while the service refuses it for a reason that passes by itself. */
export async function patiently<T>(passing: Passing, call: () => Promise<T>): Promise<T> {
  const passes = typeof passing === "function" ? passing : (error: unknown) => isRefusal(error, ...passing);
  const started = performance.now();
  for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(waitMs * 2, MOST_WAIT_MS)) {
    try {
      return await call();
    } catch (error) {
      if (!passes(error) || performance.now() - started > LIMIT_MS) throw error;
      await delay(waitMs);
    }
  }
}
