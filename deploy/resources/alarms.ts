import type { Deployment } from "../../shared/config/config.ts";
import {
  DEPLOYMENT_DIMENSION,
  DEPLOYMENT_METRICS,
  METRIC_NAMESPACE,
  SERVICE_METRICS,
  SERVICE_NAME,
} from "../../shared/telemetry/metric-names.ts";
import type { Deployable } from "../deployable.ts";
import { type FunctionName, functionsOf } from "../function-names.ts";
import { alarmId, functionId, idPart } from "../logical-ids.ts";
import type { Stack } from "../stack-settings.ts";
import { alarm } from "./alarm.ts";
import { type Resource, type Resources, ref } from "./resource.ts";

const MINUTE_S = 60;
const FIVE_MINUTES_S = 5 * MINUTE_S;
/** A single round may be dropped or be late. */
const SILENT_ROUNDS = 3;
/** So much of its time an invocation may take before somebody should know. */
const NEAR_TIMEOUT = 0.95;

/** What people are told of. Each alarm's description begins with what it means; docs/aws.md says what to do. */
export function alarms(stack: Stack): Resources {
  const { config } = stack;
  return {
    SilentSweepAlarm: silentSweep(config),
    UndeliveredEventsAlarm: undeliveredEvents(config),
    ...Object.assign({}, ...config.deployments.map((deployment) => ofDeployment(config, deployment))),
    ...Object.assign({}, ...functionsOf(config).map((name) => ofFunction(stack, name))),
    ...ofExecutions(config),
  };
}

/** Where the sweep cannot be started, or not reach the catalog, there is no measurement, and that is the alarm. */
function silentSweep(config: Deployable): Resource {
  return alarm(config, {
    description:
      "No round of the sweep has ended for minutes: instances may stay paused, and backups are refused",
    namespace: METRIC_NAMESPACE,
    metric: SERVICE_METRICS.sweepRound,
    dimensions: { service: SERVICE_NAME },
    statistic: "Sum",
    periodSeconds: MINUTE_S,
    periods: SILENT_ROUNDS,
    below: 1,
    missing: "breaching",
  });
}

function undeliveredEvents(config: Deployable): Resource {
  return alarm(config, {
    description: "The bus did not take what a function had to tell; it is in the logs",
    namespace: METRIC_NAMESPACE,
    metric: SERVICE_METRICS.undeliveredEvents,
    dimensions: { service: SERVICE_NAME },
    statistic: "Sum",
    periodSeconds: FIVE_MINUTES_S,
    missing: "notBreaching",
  });
}

function ofDeployment(config: Deployable, deployment: Deployment): Resources {
  const { name, objectiveMs } = deployment;
  const id = idPart(name);
  const { windowInvalid, backupRefused, stillPaused, sweepTrouble, restoreFailed, unfinishedRuns } =
    DEPLOYMENT_METRICS;
  const counted = (metric: string, description: string, rest: Partial<Parameters<typeof alarm>[1]> = {}) =>
    alarm(config, {
      ...watched(name, metric),
      description: `${name}: ${description}`,
      statistic: "Sum",
      periodSeconds: FIVE_MINUTES_S,
      missing: "notBreaching",
      ...rest,
    });
  return {
    [`WindowInvalidAlarm${id}`]: counted(
      windowInvalid,
      "a pause window must not be used; there is no new restore point",
    ),
    [`BackupRefusedAlarm${id}`]: counted(
      backupRefused,
      "a backup was refused, or came too late; nothing was paused",
    ),
    [`StillPausedAlarm${id}`]: counted(stillPaused, "instances may still be paused: an outage", {
      periodSeconds: MINUTE_S,
      statistic: "Maximum",
    }),
    [`SweepTroubleAlarm${id}`]: counted(sweepTrouble, "the sweep cannot do all of its work", {
      periodSeconds: MINUTE_S,
      periods: SILENT_ROUNDS,
    }),
    [`RestoreFailedAlarm${id}`]: counted(restoreFailed, "a restore has failed; it can be resumed"),
    [`UnfinishedRunsAlarm${id}`]: counted(
      unfinishedRuns,
      "restores are at work, or wait to be resumed or abandoned",
      {
        statistic: "Maximum",
        periodSeconds: lookPeriodSeconds(config),
      },
    ),
    ...(objectiveMs !== undefined && { [`PointAgeAlarm${id}`]: pointAge(config, name, objectiveMs) }),
  };
}

/** No measurement means that nobody looks. */
function pointAge(config: Deployable, deployment: string, objectiveMs: number): Resource {
  return alarm(config, {
    ...watched(deployment, DEPLOYMENT_METRICS.pointAge),
    description: `${deployment}: there is no valid restore point within the objective`,
    statistic: "Maximum",
    periodSeconds: lookPeriodSeconds(config),
    atLeast: Math.ceil(objectiveMs / 1_000),
    missing: "breaching",
  });
}

function watched(deployment: string, metric: string) {
  const dimensions = { service: SERVICE_NAME, [DEPLOYMENT_DIMENSION]: deployment };
  return { namespace: METRIC_NAMESPACE, metric, dimensions };
}

/** Twice as long as between two looks, so that each period has one. */
function lookPeriodSeconds({ aws: { lookEvery } }: Deployable): number {
  return 2 * Math.ceil(lookEvery / 60_000) * MINUTE_S;
}

function ofFunction({ config, functions }: Stack, name: FunctionName): Resources {
  const { timeoutSeconds } = functions[name];
  const about = {
    namespace: "AWS/Lambda",
    dimensions: { FunctionName: ref(functionId(name)) },
    periodSeconds: FIVE_MINUTES_S,
    missing: "notBreaching",
  } as const;
  return {
    [alarmId(name, "Errors")]: alarm(config, {
      ...about,
      description: `Function ${name} has failed`,
      metric: "Errors",
      statistic: "Sum",
    }),
    [alarmId(name, "Throttles")]: alarm(config, {
      ...about,
      description: `Function ${name} was not started for lack of concurrency`,
      metric: "Throttles",
      statistic: "Sum",
    }),
    [alarmId(name, "Timeout")]: alarm(config, {
      ...about,
      description: `Function ${name} has used up its ${timeoutSeconds} s, or nearly`,
      metric: "Duration",
      statistic: "Maximum",
      atLeast: NEAR_TIMEOUT * timeoutSeconds * 1_000,
    }),
  };
}

/** Of the engine: an execution that it ended leaves its run unfinished, to be continued by another. */
function ofExecutions(config: Deployable): Resources {
  const ends = { Failed: "has failed", TimedOut: "has used up its days", Stopped: "was stopped" };
  const each = Object.entries(ends).map(([end, text]) => [
    `Execution${end}Alarm`,
    alarm(config, {
      description: `An execution of restore ${text}; its run can be resumed`,
      namespace: "AWS/Lambda",
      metric: `DurableExecution${end}`,
      dimensions: { FunctionName: ref(functionId("restore")) },
      statistic: "Sum",
      periodSeconds: FIVE_MINUTES_S,
      missing: "notBreaching",
    }),
  ]);
  return Object.fromEntries(each);
}
