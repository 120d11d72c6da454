import * as z from "zod";
import { isInVpc } from "./clusters.ts";
import type { Deployable } from "./deployable.ts";
import { DUMP_TIMEOUT_S } from "./dump-function.ts";
import { DUMP, FUNCTION_NAMES, type FunctionName } from "./function-names.ts";
import type { FunctionSettings } from "./stack-settings.ts";

const Settings = z.object({
  // What is more than these is made by the plugin itself.
  functions: z.object(
    Object.fromEntries(
      FUNCTION_NAMES.map((name) => [
        name,
        z.object({ timeout: z.number().int(), vpc: z.unknown().optional() }),
      ]),
    ),
  ),
});

/** What serverless.yml says of the functions, so that roles and alarms need not say it again. */
export function functionSettings(
  configurationInput: unknown,
  config: Deployable,
): Readonly<Record<FunctionName, FunctionSettings>> {
  const { functions } = Settings.parse(configurationInput);
  const settings = Object.entries(functions).map(([name, { timeout, ...rest }]) => [
    name,
    {
      timeoutSeconds: timeout,
      inVpc: "vpc" in rest && isInVpc(name, config),
    },
  ]);
  return Object.fromEntries([
    ...settings,
    [DUMP, { timeoutSeconds: DUMP_TIMEOUT_S, inVpc: isInVpc(DUMP, config) }],
  ]) as Record<FunctionName, FunctionSettings>;
}
