import type { Happening } from "./happening.ts";
import { type Metric, unitOf } from "./metric-names.ts";

/**
 * What a host without a service for metrics of one's own tells: each thing one line of JSON. The alerts on Azure look
 * for these fields, so they stand here once for both.
 */
export const LINE_FIELDS = { metric: "metric", value: "value", deployment: "deployment" } as const;

export type LogLevel = "info" | "warn" | "error";

/** What a line says beside its fields cannot be overruled by one of them. */
export function logLine(level: LogLevel, message: string, fields: object = {}): string {
  return JSON.stringify({ ...fields, level, message });
}

/** Of one deployment, or of all together where none is named. */
export function metricLine(metric: Metric, value: number, deployment?: string): string {
  return JSON.stringify({
    [LINE_FIELDS.metric]: metric,
    [LINE_FIELDS.value]: value,
    unit: unitOf(metric),
    ...(deployment !== undefined && { [LINE_FIELDS.deployment]: deployment }),
  });
}

export function happeningLine(happening: Happening): string {
  return logLine("info", `stillpoint.${happening.kind}`, { happening });
}
