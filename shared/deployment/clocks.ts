import { type Clocks, DEFAULT_CLOCKS } from "../verify/subject.ts";
import type { OpenDeployment } from "./open-deployment.ts";

export function clocksOf(open: OpenDeployment): Clocks {
  return { ...DEFAULT_CLOCKS, scalarClockBoundMs: open.settings.pause.scalarClockBoundMs };
}
