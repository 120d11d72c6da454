import type { Run } from "../../../shared/catalog/model.ts";
import type { PlannedRun } from "../../../shared/deployment/plan-restore.ts";
import type { RunResult } from "../../../shared/restore/restore-plan.ts";
import { planLines } from "./plan.ts";
import { resultLines } from "./restore-result.ts";
import { counted, fact, table } from "./text.ts";
import { showTime } from "./time.ts";

const STATES: Readonly<Record<Run["state"], string>> = {
  planned: "planned: nothing was done yet, and it holds no lease",
  running: "running, or killed: if no process is at it, stillpoint restore resume RUN",
  failed: "failed: stillpoint restore resume RUN goes on, stillpoint restore abandon RUN gives it up",
  abandoning: "being abandoned: finish with stillpoint restore abandon RUN",
  done: "done",
  abandoned: "abandoned: what it had made was removed, unless it was to be kept (--keep-copies)",
};

/** Restores and searches, oldest first, one line each. */
export function runTable(runs: readonly Run[]): readonly string[] {
  if (runs.length === 0) return ["no restores"];
  const rows = runs.map(({ id, point, state, updatedMs }) => [id, point, state, showTime(updatedMs)]);
  return table(["RUN", "POINT", "STATE", "CHANGED (UTC)"], rows);
}

/** One run: where it stands, its plan, and what came of it. */
export function runLines(run: PlannedRun): readonly string[] {
  return [
    `run ${run.id}`,
    ...fact("state", STATES[run.state].replaceAll("RUN", run.id)),
    ...fact("planned", showTime(run.createdMs)),
    ...fact("changed", showTime(run.updatedMs)),
    ...(run.request === undefined ? [] : fact("request", run.request)),
    ...(run.approval ? fact("approved", `by ${run.approval.by}, ${showTime(run.approval.atMs)}`) : []),
    ...(run.execution ? fact("execution", run.execution.name) : []),
    ...(run.failure ? fact("failure", `${run.failure.code}: ${run.failure.message}`) : []),
    "",
    ...planLines(run),
    ...expiredLines(run),
    ...(run.result === undefined ? [] : ["", ...resultLines(run, run.result as RunResult)]),
  ];
}

function expiredLines({ expired = [] }: Run): readonly string[] {
  if (expired.length === 0) return [];
  const last = Math.max(...expired.map(({ atMs }) => atMs));
  return fact("expired", `${counted(expired.length, "backup")}, the last at ${showTime(last)}`);
}
