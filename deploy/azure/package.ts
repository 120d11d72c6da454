import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Config } from "../../shared/config/config.ts";
import { archive } from "../archive.ts";
import { packFiles } from "../packaged-files.ts";
import { APPS } from "./apps.ts";
import { type AppSize, bundleApps } from "./bundles.ts";
import { parametersPath } from "./commands.ts";
import { azureStack } from "./deployable.ts";
import { dumpsParameters } from "./dumps.ts";
import { backupRoleParameters, PARAMETERS, parameterFile, restoreRoleParameters } from "./parameters.ts";
import type { AzureStack } from "./stack.ts";

export interface Packaged {
  readonly stack: AzureStack;
  readonly sizes: readonly AppSize[];
}

/** Makes the apps' archives and the templates' parameters. A configuration that will not do makes nothing. */
export async function packageApps(config: Config, dist: string): Promise<Packaged> {
  const stack = azureStack(config);
  const sizes = await bundleApps(dist);
  for (const app of APPS) {
    const folder = join(dist, app);
    await packFiles(config, folder);
    await archive(folder, `${folder}.zip`);
  }
  for (const [path, parameters] of parameterFiles(stack, dist)) {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, parameterFile(parameters));
  }
  return { stack, sizes };
}

function parameterFiles(stack: AzureStack, dist: string) {
  return [
    ...Object.entries(PARAMETERS).map(
      ([template, parametersOf]) => [parametersPath(dist, template), parametersOf(stack)] as const,
    ),
    ...(stack.dumps === undefined
      ? []
      : [[parametersPath(dist, "dumps"), dumpsParameters(stack, stack.dumps)] as const]),
    ...stack.subscriptions.flatMap((groups) => [
      [
        parametersPath(dist, "backup-role", groups.subscription),
        backupRoleParameters(stack, groups),
      ] as const,
      [
        parametersPath(dist, "restore-role", groups.subscription),
        restoreRoleParameters(stack, groups),
      ] as const,
    ]),
  ];
}
