import type { VerificationReport } from "../verify/report.ts";
import { type LiveEffects, verifyLive as workflow } from "../verify/verify-live.ts";
import { runInProcess } from "../workflow/run-in-process.ts";
import type { OpenDeployment } from "./open-deployment.ts";
import { verifyHandlers } from "./verify-handlers.ts";

/** Verifies the live tables in this process. */
export function verifyLive(open: OpenDeployment): Promise<VerificationReport> {
  return runInProcess<LiveEffects, VerificationReport>(workflow(), { handlers: verifyHandlers(open) });
}
