import { join } from "node:path";
import { loadConfig } from "../../shared/config/load-config.ts";
import { messageOf } from "../../shared/errors/stillpoint-error.ts";
import { DIST } from "../dist.ts";
import { parametersFrom } from "../parameters.ts";
import { remarks } from "../remarks.ts";
import { commands } from "./commands.ts";
import { packageApps } from "./package.ts";
import { azureRemarks } from "./remarks.ts";

/** `npm run build:azure [-- config=FILE dist=FOLDER]`: archives and parameters, offline, and the commands that use them. */
try {
  const { config: path, dist = join(DIST, "azure") } = parametersFrom(process.argv.slice(2), [
    "config",
    "dist",
  ]);
  const config = loadConfig(path, process.env);
  const { stack, sizes } = await packageApps(config, dist);
  for (const remark of [...remarks(config), ...azureRemarks(config)]) console.warn(remark);
  for (const { app, startBytes, bytes } of sizes)
    console.log(
      `${join(dist, app)}: ${(startBytes / 1e6).toFixed(2)} MB at the start, ${(bytes / 1e6).toFixed(2)} MB in all`,
    );
  console.log(`\n${commands(stack, dist).join("\n")}`);
} catch (error) {
  console.error(messageOf(error));
  process.exitCode = 1;
}
