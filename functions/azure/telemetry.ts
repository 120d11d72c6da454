import { messageOf } from "../../shared/errors/stillpoint-error.ts";
import type { EventTopic } from "../../shared/telemetry/event-topic.ts";
import { happeningLine, logLine, metricLine } from "../../shared/telemetry/log-line.ts";
import type { Telemetry } from "../../shared/telemetry/telemetry.ts";
import { writeLine } from "./invocation.ts";

/** Log lines and metrics are lines of the invocation's log, which the alerts look at; events go to the topic. */
export function azureTelemetry(topic: EventTopic | undefined): Telemetry {
  const telemetry: Telemetry = {
    log: (level, message, fields) => writeLine(level, logLine(level, message, fields)),
    measure: (metric, value, deployment) => writeLine("info", metricLine(metric, value, deployment)),
    measureAll: (metric, value) => writeLine("info", metricLine(metric, value)),
    announce: async (happening) => {
      writeLine("info", happeningLine(happening));
      try {
        await topic?.put(happening);
      } catch (error) {
        telemetry.measureAll("UndeliveredEvents", 1);
        telemetry.log("error", messageOf(error), { happening });
      }
    },
  };
  return telemetry;
}
