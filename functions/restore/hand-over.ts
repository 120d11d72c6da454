import { announceRestore } from "../../shared/deployment/restore-telemetry.ts";
import { type Failure, StillpointError, toFailure } from "../../shared/errors/stillpoint-error.ts";
import type { Carrying } from "./outcome.ts";

export type HandedOver =
  | { readonly kind: "handed-over"; readonly run: string; readonly carrier: string }
  | { readonly kind: "failed"; readonly run: string; readonly failure: Failure };

/** Starts what has the tools and the time, where there is any. */
export interface Carrier {
  /** What the configuration says of it. */
  readonly setting: string;
  readonly isThere: boolean;
  start(args: readonly string[]): Promise<string>;
}

/**
 * Dumps are loaded for hours, with tools that no function has. A task resumes the run as a person would, and looks
 * itself whether it is approved; until it has begun, the run is a plan.
 */
export async function handOver(
  { host, planned }: Carrying,
  { setting, isThere, start }: Carrier,
): Promise<HandedOver> {
  const { run } = planned;
  try {
    if (!isThere)
      throw new StillpointError(
        "CONFIG_INVALID",
        `run "${run}" loads dumps, which takes tools that no function has: set ${setting} and deploy it, or resume the run where the tools are: stillpoint restore resume ${run}; nothing was touched`,
      );
    const carrier = await start(["restore", "resume", run]);
    host.telemetry.log("info", "restore started", { run, carrier });
    return { kind: "handed-over", run, carrier };
  } catch (error) {
    const failure = toFailure(error);
    await announceRestore(host.telemetry, planned, { kind: "restore.failed", ...failure });
    return { kind: "failed", run, failure };
  }
}
