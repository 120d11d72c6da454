import { hostname } from "node:os";
import type { Config } from "../../shared/config/config.ts";
import { eventBus } from "../../shared/telemetry/event-bus.ts";
import { networkOf } from "../aws/network.ts";
import { awsTelemetry } from "../aws/telemetry.ts";
import type { Task } from "../cli/shell.ts";

/** A task of ECS. It runs in the functions' own subnets, so what it reaches they reach too. */
export function awsTask({ aws }: Config): Task | undefined {
  if (aws === undefined) return undefined;
  return {
    name: `task ${hostname()}`,
    telemetry: awsTelemetry(eventBus({ bus: aws.bus, region: aws.region })),
    network: networkOf(aws),
  };
}
