import * as z from "zod";
import { output } from "./output.ts";

/** `stillpoint config check` */
export const ConfigCheckOutput = output({
  file: z.string(),
  deployments: z.array(z.string()),
  problems: z.array(
    z.strictObject({
      path: z.string(),
      rule: z.string(),
      value: z.string().exactOptional(),
      line: z.number().int().exactOptional(),
      column: z.number().int().exactOptional(),
    }),
  ),
});
