import type { Component, Config, Deployment } from "../shared/config/config.ts";
import { cronFields } from "../shared/config/cron.ts";

/** What can be deployed, and may yet not be what was meant: a line each. */
export function remarks({ deployments }: Config): readonly string[] {
  return deployments.flatMap((deployment) => [
    ...scheduleRemarks(deployment),
    ...deployment.components.flatMap((component) => addressRemarks(deployment, component)),
  ]);
}

function scheduleRemarks({ name, schedule }: Deployment): readonly string[] {
  const at = `deployments.${name}`;
  if (schedule === undefined) return [`${at} has no schedule: nothing will ever back it up by itself`];
  if (!isMoreThanHourly(schedule.cron)) return [];
  return [
    `${at}.schedule.cron runs more often than hourly, and each backup pauses the instances (it is "${schedule.cron}")`,
  ];
}

function isMoreThanHourly(cron: string): boolean {
  const fields = cronFields(cron);
  return typeof fields !== "string" && new Set(fields[0]).size > 1;
}

/** Names of a cluster's own DNS end so. */
const OF_A_CLUSTER = /\.cluster\.local\.?$/i;

function addressRemarks(deployment: Deployment, { name, instances }: Component): readonly string[] {
  if (instances.kind !== "srv" || !OF_A_CLUSTER.test(instances.name)) return [];
  return [
    `deployments.${deployment.name}.components.${name}.instances.srv is a name of the cluster's own DNS, which a function cannot resolve (it is "${instances.name}")`,
  ];
}
