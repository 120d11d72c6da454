import { Logger } from "@aws-lambda-powertools/logger";
import { Metrics } from "@aws-lambda-powertools/metrics";
import { messageOf } from "../../shared/errors/stillpoint-error.ts";
import type { EventBus } from "../../shared/telemetry/event-bus.ts";
import {
  DEPLOYMENT_DIMENSION,
  METRIC_NAMESPACE,
  type Metric,
  SERVICE_NAME,
  unitOf,
} from "../../shared/telemetry/metric-names.ts";
import type { Telemetry } from "../../shared/telemetry/telemetry.ts";

/** One for the process: the invocations of a Lambda instance come one after another. */
export const logger = new Logger({ serviceName: SERVICE_NAME });
const metrics = new Metrics({ serviceName: SERVICE_NAME, namespace: METRIC_NAMESPACE });

/** Log lines and metrics go to standard output, which costs no call; events to the bus. */
export function awsTelemetry(bus: EventBus | undefined): Telemetry {
  const telemetry: Telemetry = {
    log: (level, message, fields = {}) => logger[level](message, { ...fields }),
    measure: (metric, value, deployment) => tellMetric(metric, value, { [DEPLOYMENT_DIMENSION]: deployment }),
    measureAll: (metric, value) => tellMetric(metric, value, {}),
    announce: async (happening) => {
      telemetry.log("info", `stillpoint.${happening.kind}`, { happening });
      try {
        await bus?.put(happening);
      } catch (error) {
        telemetry.measureAll("UndeliveredEvents", 1);
        telemetry.log("error", messageOf(error), { happening });
      }
    },
  };
  return telemetry;
}

/** Each by itself, at once: a process that is ended soon after has told it. */
function tellMetric(metric: Metric, value: number, dimensions: Readonly<Record<string, string>>): void {
  const single = metrics.singleMetric();
  for (const [name, of] of Object.entries(dimensions)) single.addDimension(name, of);
  single.addMetric(metric, unitOf(metric), value);
}
