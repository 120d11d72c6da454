import type { Lease } from "../../../shared/catalog/model.ts";
import type { DeploymentStatus } from "../../../shared/deployment/status.ts";
import { isByCommandOnly } from "../../../shared/restore/choose-point.ts";
import { gateTable } from "./gate.ts";
import { pauserText } from "./observed.ts";
import { fact } from "./text.ts";
import { showSpan, showTime } from "./time.ts";

/** How a deployment stands. */
export function statusLines(status: DeploymentStatus, nowMs: number): readonly string[] {
  return [
    status.deployment,
    ...fact("last point", lastPointText(status)),
    ...fact("paused", pausedText(status)),
    ...fact("running", leaseText(status.lease)),
    ...status.openPauses.flatMap((pause) =>
      fact(
        "pause",
        `${pause.id}${pauserText(pause)} is ${pause.state}, ${deadlineText(pause.deadlineMs, nowMs)}`,
      ),
    ),
    ...status.unfinished.flatMap(({ id, state, failure }) =>
      fact("unfinished", `${id} (${state}${failure ? `: ${failure.code}` : ""}): stillpoint show ${id}`),
    ),
    ...status.unreadable.flatMap((message) => fact("unreadable", message)),
    ...(status.instances.length > 0 ? gateTable(status.instances) : []),
  ];
}

function lastPointText({ lastPoint, ageMs, late, byCommand }: DeploymentStatus): string {
  if (lastPoint === undefined)
    return `none that can be restored to${late ? ": LATE" : ""}; take one with: stillpoint backup${byCommand ? " --run 'COMMAND'" : ""}`;
  const left = isByCommandOnly(lastPoint) ? ", left by a command, whose tool restores it" : "";
  const observed = lastPoint.basis === "observed" ? ", observed only" : "";
  return `${lastPoint.id}, ${showSpan(ageMs ?? 0)} old${observed}${late ? ": LATE, older than the objective" : ""}${left}`;
}

function pausedText({ instances, undiscovered }: DeploymentStatus): string {
  const closed = instances.filter(({ kind }) => kind === "closed").length;
  const silent = instances.filter(({ kind }) => kind === "no-answer" || kind === "unresolved").length;
  const recorded = instances.length === 0 ? "" : "; none of those recorded";
  const known =
    undiscovered === undefined ? knownText(silent, instances.length) : `unknown (${undiscovered})${recorded}`;
  const hint = "; if nobody is at work on it: stillpoint unpause";
  const paused = closed === 0 ? known : `${closed} of ${instances.length}${hint}`;
  return silent === 0 ? paused : `${paused}; ${silent} did not answer`;
}

function knownText(silent: number, all: number): string {
  return silent === all ? "unknown" : "none";
}

function leaseText(lease: Lease | undefined): string {
  if (lease?.holder === undefined) return "nothing";
  const since = lease.sinceMs === undefined ? "" : ` since ${showTime(lease.sinceMs)}`;
  return `${lease.holder.kind} ${lease.holder.run}${since}`;
}

function deadlineText(deadlineMs: number, nowMs: number): string {
  const leftMs = deadlineMs - nowMs;
  return leftMs >= 0 ? `due in ${showSpan(leftMs)}` : `overdue by ${showSpan(-leftMs)}`;
}
