import * as z from "zod";
import { configJsonSchema } from "../../../shared/config/json-schema.ts";
import { checkConfig, showProblem } from "../../../shared/config/load-config.ts";
import { ConfigCheckOutput } from "../json/config.ts";
import type { Outcome } from "../outcome.ts";
import type { Shell } from "../shell.ts";
import { counted } from "../show/text.ts";

/** `stillpoint config check`: every problem at once, one per line. */
export async function configCheck(shell: Shell): Promise<Outcome> {
  const check = checkConfig(shell.config, shell.env);
  if (check.kind === "usable") {
    const { path, deployments } = check.config;
    const names = deployments.map(({ name }) => name);
    return {
      schema: ConfigCheckOutput,
      value: { file: path, deployments: names, problems: [] },
      lines: [`${path} is good: ${counted(names.length, "deployment")} (${names.join(", ")})`],
    };
  }
  const { path, problems } = check;
  return {
    schema: ConfigCheckOutput,
    value: { file: path, deployments: [], problems },
    lines: problems.map((problem) => showProblem(path, problem)),
    failure: {
      code: "CONFIG_INVALID",
      message: `"${path}" has ${counted(problems.length, "problem")}; nothing was done`,
    },
  };
}

/** `stillpoint config schema`: for editors. */
export async function configSchema(): Promise<Outcome> {
  const value = configJsonSchema();
  return { schema: z.looseObject({}), value, lines: [JSON.stringify(value, undefined, 2)] };
}
