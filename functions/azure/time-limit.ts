/** What host.json gives an invocation, as `functionTimeout`. */
export const FUNCTION_TIMEOUT_MS = 30 * 60_000;

/** How long the host lets an invocation live from now on, that begins now. */
export function leftFromNow(): () => number {
  const endMs = performance.now() + FUNCTION_TIMEOUT_MS;
  return () => endMs - performance.now();
}
