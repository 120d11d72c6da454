import type { Happening } from "./happening.ts";
import type { DeploymentMetric, ServiceMetric } from "./metric-names.ts";

/** What a host that nobody watches tells: structured log lines, metrics, and events for others. */
export interface Telemetry {
  /** A log line with fields of its own. */
  log(level: "info" | "warn" | "error", message: string, fields?: object): void;
  measure(metric: DeploymentMetric, value: number, deployment: string): void;
  /** Of all deployments together. */
  measureAll(metric: ServiceMetric, value: number): void;
  /**
   * Never fails: what happened has happened, whoever hears of it. What could not be delivered is logged as an
   * error.
   */
  announce(happening: Happening): Promise<void>;
}
