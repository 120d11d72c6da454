import type { OpenDeployment } from "../open-deployment.ts";

/** So long after its last sign a process that dumps is taken for dead. */
export const CARRIED_MS = 90_000;
const SIGN_EVERY_MS = 20_000;

/**
 * Says again and again that a point is being carried to its end, and keeps the lease: a dump may take hours. A sign
 * that fails is no reason to end a dump; the next one may come through.
 */
export function keepAlive(
  { catalog, clock, settings }: OpenDeployment,
  { point, run }: { readonly point: string; readonly run: string },
): AsyncDisposable {
  const sign = async () => {
    const nowMs = clock.wallMs();
    const untilMs = Math.round(nowMs + CARRIED_MS);
    await Promise.allSettled([
      catalog.acquireLease(settings.name, { kind: "backup", run }, Math.round(nowMs), untilMs),
      catalog.points.update(point, (found) =>
        found.artifact === "pending" ? { ...found, carriedUntilMs: untilMs } : found,
      ),
    ]);
  };
  let last = sign();
  const timer = setInterval(() => {
    last = last.then(sign);
  }, SIGN_EVERY_MS);
  return {
    // A sign that comes after the end would take the lease again.
    [Symbol.asyncDispose]: async () => {
      clearInterval(timer);
      await last;
    },
  };
}
