import * as z from "zod";
import type { DeploymentStatus } from "../../../shared/deployment/status.ts";
import type { StatusOfAll } from "../../../shared/deployment/status-of-all.ts";
import type { Unpaused } from "../../../shared/deployment/sweep-pauses.ts";
import { GateJson, gateJson, SweptJson } from "./instance.ts";
import { output } from "./output.ts";
import { PauseJson, PointJson, pauseJson, pointJson } from "./point.ts";
import { ReportJson } from "./report.ts";
import { SweepJson, sweepJson } from "./sweep.ts";
import { WayBackJson } from "./way-back.ts";

/** `stillpoint unpause` */
export const UnpauseOutput = output({
  deployment: z.string(),
  found: z.array(GateJson),
  now: z.array(GateJson),
  records: z.array(SweptJson),
  /** What stood in the way of looking everywhere: instances may be missing above. */
  problems: z.array(z.string()),
});

export function unpauseJson(deployment: string, { found, now, records, problems }: Unpaused): object {
  return { deployment, found: found.map(gateJson), now: now.map(gateJson), records, problems };
}

/** `stillpoint sweep`; with `--watch` one such line for every round that found something. */
export const SweepOutput = output({ records: z.array(SweptJson), unreadable: z.array(z.string()) });

/** `stillpoint verify --live` */
export const VerifyOutput = output({ deployment: z.string(), report: ReportJson });

const status = z.strictObject({
  deployment: z.string(),
  lastPoint: PointJson.exactOptional(),
  ageMs: z.number().exactOptional(),
  /** Older than the configured objective, or none at all where there is one. */
  late: z.boolean(),
  instances: z.array(GateJson),
  undiscovered: z.string().exactOptional(),
  backupAtWork: z.boolean(),
  running: z
    .strictObject({
      kind: z.enum(["backup", "restore"]),
      run: z.string(),
      sinceMs: z.number().exactOptional(),
    })
    .exactOptional(),
  openPauses: z.array(PauseJson),
  unfinished: z.array(
    z.strictObject({
      run: z.string(),
      kind: z.enum(["restore", "search"]),
      state: z.enum(["running", "failed", "abandoning"]),
      point: z.string(),
      updatedMs: z.number().int(),
    }),
  ),
  unreadable: z.array(z.string()),
  /** What a disaster now would cost, by each way back; absent where nobody looked. */
  waysBack: z.array(WayBackJson).exactOptional(),
});

/** `stillpoint status` */
export const StatusOutput = output({
  deployments: z.array(status),
  /** Those that could not be looked at, such as for a missing key. */
  unopened: z.array(z.strictObject({ deployment: z.string(), message: z.string() })),
  sweeps: z.array(SweepJson),
  /** Heartbeats that could not be read. */
  unreadable: z.array(z.string()),
});

export function statusOfAllJson(
  { deployments, unopened, sweeps, unreadable }: StatusOfAll,
  nowMs: number,
): object {
  return {
    deployments: deployments.map(statusJson),
    unopened: unopened.map(({ deployment, failure }) => ({ deployment, message: failure.message })),
    sweeps: sweeps.map((one) => sweepJson(one, nowMs)),
    unreadable,
  };
}

function statusJson(of: DeploymentStatus): object {
  const { byCommand: _, lastPoint, lease, instances, openPauses, unfinished, ...rest } = of;
  return {
    ...rest,
    ...(lastPoint && { lastPoint: pointJson(lastPoint) }),
    instances: instances.map(gateJson),
    ...(lease?.holder && { running: { ...lease.holder, sinceMs: lease.sinceMs } }),
    openPauses: openPauses.map(pauseJson),
    unfinished: unfinished.map(({ id, kind, state, point, updatedMs }) => ({
      run: id,
      kind,
      state,
      point,
      updatedMs,
    })),
  };
}
