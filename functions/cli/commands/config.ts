import * as z from "zod";
import { leavesSomething } from "../../../shared/config/databases-of.ts";
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
      lines: [
        `${path} is good: ${counted(names.length, "deployment")} (${names.join(", ")})`,
        ...deployments
          .filter(({ databases }) => !databases.some(leavesSomething))
          .map(({ name }) => `  ${name}: ${BY_COMMAND}`),
      ],
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

const BY_COMMAND =
  "names nothing that a backup would leave, so each takes a command: stillpoint backup --run 'COMMAND'";

/** `stillpoint config schema`: for editors. */
export async function configSchema(): Promise<Outcome> {
  const value = configJsonSchema();
  return { schema: z.looseObject({}), value, lines: [JSON.stringify(value, undefined, 2)] };
}
