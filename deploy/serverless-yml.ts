import * as z from "zod";
import type { Deployable } from "./deployable.ts";
import { FUNCTION_NAMES, type FunctionName } from "./function-names.ts";
import type { FunctionSettings } from "./stack-settings.ts";

const Settings = z.object({
  functions: z.record(
    z.enum(FUNCTION_NAMES),
    z.object({ timeout: z.number().int(), vpc: z.unknown().optional() }),
  ),
});

/** What serverless.yml says of the functions, so that roles and alarms need not say it again. */
export function functionSettings(
  configurationInput: unknown,
  { aws }: Deployable,
): Readonly<Record<FunctionName, FunctionSettings>> {
  const { functions } = Settings.parse(configurationInput);
  const settings = Object.entries(functions).map(([name, { timeout, ...rest }]) => [
    name,
    { timeoutSeconds: timeout, inVpc: "vpc" in rest && aws.vpc !== undefined },
  ]);
  return Object.fromEntries(settings) as Record<FunctionName, FunctionSettings>;
}
