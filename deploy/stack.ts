import { alarms } from "./resources/alarms.ts";
import { bus } from "./resources/bus.ts";
import { deadLetters } from "./resources/dead-letters.ts";
import { endpoints } from "./resources/endpoints.ts";
import { partsBucket } from "./resources/parts-bucket.ts";
import { requestRule } from "./resources/request-rule.ts";
import type { Resources } from "./resources/resource.ts";
import { roles } from "./resources/roles.ts";
import { schedules } from "./resources/schedules.ts";
import { task } from "./resources/task.ts";
import type { Stack } from "./stack-settings.ts";

/** Everything beside the functions themselves: what starts them, what they may do, and who is told of what. */
export function resources(stack: Stack): Resources {
  return {
    ...roles(stack),
    ...deadLetters(stack),
    ...bus(stack),
    ...requestRule(),
    ...schedules(stack),
    ...alarms(stack),
    ...endpoints(stack.config),
    ...partsBucket(stack.config),
    ...task(stack),
  };
}
