import type { Run } from "../catalog/model.ts";
import type { Deployment } from "../config/config.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import type { StatusOfAll } from "./status-of-all.ts";

/** What is told as the age of a point where there is none: older than any objective. */
const NEVER_S = 366 * 86_400 * 10;

/** A run that is at work looks like one whose process died: to abandon it at once would stop it. */
const ADVICE: Partial<Record<Run["state"], string>> = {
  running: "it is at work, or its process has died; where it does not go on, resume it or abandon it",
  failed: "resume it, or abandon it",
  abandoning: "abandon it again",
};

/** What the alarms need that no single backup or restore can tell: that something did not happen. */
export function measureStatus(
  telemetry: Telemetry,
  configured: readonly Deployment[],
  { deployments, unopened }: StatusOfAll,
): void {
  for (const { deployment, ageMs, unfinished } of deployments) {
    const { objectiveMs } = configured.find(({ name }) => name === deployment) ?? {};
    if (objectiveMs !== undefined)
      telemetry.measure("PointAge", ageMs === undefined ? NEVER_S : ageMs / 1000, deployment);
    telemetry.measure("UnfinishedRuns", unfinished.length, deployment);
    for (const { id, state, updatedMs } of unfinished)
      telemetry.log("warn", `run "${id}" is ${state}: ${ADVICE[state]}`, {
        deployment,
        run: id,
        updatedMs,
      });
  }
  for (const { deployment, failure } of unopened)
    telemetry.log("error", `"${deployment}" cannot be looked at: ${failure.message}`, { code: failure.code });
}
