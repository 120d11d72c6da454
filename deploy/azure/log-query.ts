import { LINE_FIELDS } from "../../shared/telemetry/log-line.ts";
import type { Metric } from "../../shared/telemetry/metric-names.ts";

/** What a query calls its one number, which the rule holds against its threshold. */
const MEASURED = "measured";

/** Lines of one metric, of one deployment or of all of them together. */
function linesOf(metric: Metric, deployment?: string): string {
  return [
    "AppTraces",
    // Cheap, and before anything is taken apart.
    `| where Message has "${metric}"`,
    "| extend line = parse_json(Message)",
    `| where tostring(line.${LINE_FIELDS.metric}) == "${metric}"`,
    ...(deployment === undefined
      ? []
      : [`| where tostring(line.${LINE_FIELDS.deployment}) == "${deployment}"`]),
    `| extend value = todouble(line.${LINE_FIELDS.value})`,
  ].join("\n");
}

/** A summary of everything is one row, of nothing too: so what was never measured is still a number. */
function summary(lines: string, ...measured: readonly string[]): string {
  return [lines, ...measured].join("\n");
}

/** How much there was; 0 where nothing was measured. */
export function sumOf(metric: Metric, deployment?: string): string {
  return summary(linesOf(metric, deployment), `| summarize ${MEASURED} = coalesce(sum(value), 0.0)`);
}

/** The most that there was; 0 where nothing was measured. */
export function mostOf(metric: Metric, deployment: string): string {
  return summary(linesOf(metric, deployment), `| summarize ${MEASURED} = coalesce(max(value), 0.0)`);
}

/** 1 where so much was reached, or nothing was measured at all; else 0. */
export function reachedOrUnmeasured(metric: Metric, deployment: string, atLeast: number): string {
  return summary(
    linesOf(metric, deployment),
    "| summarize looks = count(), most = max(value)",
    `| project ${MEASURED} = iff(looks == 0 or most >= ${atLeast}, 1, 0)`,
  );
}

/** Invocations of an app that failed. That a caller was refused is the caller's affair. */
export function failuresOf(site: string): string {
  return [
    "AppRequests",
    `| where AppRoleName =~ "${site}" and Success == false`,
    "| where toint(ResultCode) == 0 or toint(ResultCode) >= 500 or isempty(ResultCode)",
    `| summarize ${MEASURED} = count()`,
  ].join("\n");
}

/** The longest that an invocation of an app took, in milliseconds. */
export function longestOf(site: string): string {
  return [
    "AppRequests",
    `| where AppRoleName =~ "${site}"`,
    `| summarize ${MEASURED} = coalesce(max(DurationMs), 0.0)`,
  ].join("\n");
}

/** Orchestrations that the engine says have come to such an end. */
export function orchestrationsOf(site: string, orchestration: string, end: string): string {
  return [
    "AppTraces",
    `| where AppRoleName =~ "${site}"`,
    `| where tostring(Properties.prop__functionType) == "Orchestrator"`,
    `| where tostring(Properties.prop__functionName) =~ "${orchestration}"`,
    `| where tostring(Properties.prop__state) == "${end}"`,
    `| summarize ${MEASURED} = count()`,
  ].join("\n");
}
