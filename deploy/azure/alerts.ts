import type { AzureSettings, Deployment } from "../../shared/config/config.ts";
import { DEPLOYMENT_METRICS, SERVICE_METRICS } from "../../shared/telemetry/metric-names.ts";
import { APPS } from "./apps.ts";
import { FUNCTION_TIMEOUT_MS } from "./host.ts";
import { failuresOf, longestOf, mostOf, orchestrationsOf, reachedOrUnmeasured, sumOf } from "./log-query.ts";
import type { Names } from "./names.ts";

/** An alert as infra/alerts.json takes it: a query that gives one number, held against a threshold. */
export interface Alert {
  readonly name: string;
  readonly description: string;
  /** 0 is the most severe. */
  readonly severity: 0 | 1 | 2 | 3;
  readonly query: string;
  readonly every: string;
  readonly window: string;
  readonly operator: "GreaterThanOrEqual" | "LessThan";
  readonly threshold: number;
}

/** Lines come to the logs some minutes after they were told: a window has to reach further back than a round. */
const USUAL = {
  severity: 2,
  every: "PT5M",
  window: "PT15M",
  operator: "GreaterThanOrEqual",
  threshold: 1,
} as const;
/** A single round may be dropped or be late. */
const SILENT_ROUNDS = 3;
/** So much of its time an invocation may take before somebody should know. */
const NEAR_TIMEOUT = 0.95;
/** Windows that Azure Monitor takes, by their minutes. */
const WINDOWS = { 15: "PT15M", 30: "PT30M", 45: "PT45M", 60: "PT1H", 120: "PT2H" } as const;
/** An invocation is logged when it ends, and dated when it began. */
const INVOCATION = { window: WINDOWS[45] } as const;

/** What people are told of, as on AWS. Each description begins with what it means; docs/azure.md says what to do. */
export function alerts(
  azure: AzureSettings,
  names: Names,
  deployments: readonly Deployment[],
): readonly Alert[] {
  return [
    silentSweep(),
    undeliveredEvents(),
    ...deployments.flatMap((deployment) => ofDeployment(azure, deployment)),
    ...APPS.flatMap((app) => ofApp(app, names.sites[app])),
    ...ofOrchestrations(names.sites.restore),
  ];
}

/** Where the sweep cannot be started, or not reach the catalog, there is no measurement, and that is the alert. */
function silentSweep(): Alert {
  return {
    ...USUAL,
    name: "SilentSweep",
    description:
      "No round of the sweep has ended for minutes: instances may stay paused, and backups are refused",
    severity: 0,
    window: "PT10M",
    query: sumOf(SERVICE_METRICS.sweepRound),
    operator: "LessThan",
  };
}

function undeliveredEvents(): Alert {
  return {
    ...USUAL,
    name: "UndeliveredEvents",
    description: "The topic did not take what a function had to tell; it is in the logs",
    query: sumOf(SERVICE_METRICS.undeliveredEvents),
  };
}

function ofDeployment(azure: AzureSettings, { name, objectiveMs }: Deployment): readonly Alert[] {
  const { windowInvalid, backupRefused, stillPaused, sweepTrouble, restoreFailed, unfinishedRuns, pointAge } =
    DEPLOYMENT_METRICS;
  const alert = (what: string, description: string, query: string, rest: Partial<Alert> = {}): Alert => ({
    ...USUAL,
    name: `${what}-${name}`,
    description: `${name}: ${description}`,
    query,
    ...rest,
  });
  const looked = { window: lookWindow(azure) };
  return [
    alert(
      "WindowInvalid",
      "a pause window must not be used; there is no new restore point",
      sumOf(windowInvalid, name),
    ),
    alert(
      "BackupRefused",
      "a backup was refused, or came too late; nothing was paused",
      sumOf(backupRefused, name),
    ),
    alert("StillPaused", "instances may still be paused: an outage", mostOf(stillPaused, name), {
      severity: 0,
      every: "PT1M",
      window: "PT10M",
    }),
    alert("SweepTrouble", "the sweep cannot do all of its work", sumOf(sweepTrouble, name), {
      severity: 1,
      threshold: SILENT_ROUNDS,
    }),
    alert("RestoreFailed", "a restore has failed; it can be resumed", sumOf(restoreFailed, name), {
      severity: 1,
    }),
    alert(
      "UnfinishedRuns",
      "restores are at work, or wait to be resumed or abandoned",
      mostOf(unfinishedRuns, name),
      { severity: 3, ...looked },
    ),
    ...(objectiveMs === undefined
      ? []
      : [
          alert(
            "PointAge",
            "there is no valid restore point within the objective",
            // No measurement means that nobody looks.
            reachedOrUnmeasured(pointAge, name, Math.ceil(objectiveMs / 1_000)),
            { severity: 1, ...looked },
          ),
        ]),
  ];
}

/** The first that is at least twice as long as between two looks, so that each has one. */
function lookWindow({ lookEvery }: AzureSettings): string {
  const leastMinutes = (2 * lookEvery) / 60_000;
  const [, window] = Object.entries(WINDOWS).find(([minutes]) => Number(minutes) >= leastMinutes) ?? [];
  return window ?? WINDOWS[120];
}

function ofApp(app: string, site: string): readonly Alert[] {
  return [
    {
      ...USUAL,
      ...INVOCATION,
      name: `Errors-${app}`,
      description: `A function of the app ${app} has failed`,
      query: failuresOf(site),
    },
    {
      ...USUAL,
      ...INVOCATION,
      name: `Timeout-${app}`,
      description: `A function of the app ${app} has used up its ${FUNCTION_TIMEOUT_MS / 60_000} minutes, or nearly`,
      query: longestOf(site),
      threshold: NEAR_TIMEOUT * FUNCTION_TIMEOUT_MS,
    },
  ];
}

/** Of the engine: an orchestration that it ended leaves its run unfinished, to be continued by another. */
function ofOrchestrations(site: string): readonly Alert[] {
  const ends = { Failed: "has failed", Terminated: "was terminated" };
  return Object.entries(ends).map(([end, text]) => ({
    ...USUAL,
    name: `Orchestration${end}`,
    description: `An orchestration of a restore ${text}; its run can be resumed`,
    severity: 1,
    query: orchestrationsOf(site, "restore", end),
  }));
}
