import { copyFile, mkdir, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type BuildOptions, build } from "esbuild";
import { PACKAGED_CODE, PACKAGED_HOST, PACKAGED_MANIFEST } from "../../shared/config/packaged-name.ts";
import { filesOf, OPTIONS } from "../bundles.ts";
import { APPS, type App } from "./apps.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/**
 * The service hands its own part to the functions when they are loaded; it is in no registry. A configuration with
 * servers of RDS is refused before it is deployed to Azure.
 */
const EXTERNAL = ["@azure/functions-core", "@aws-sdk/client-rds", "pg-native"];
const AZURE_OPTIONS = { ...OPTIONS, external: EXTERNAL } satisfies BuildOptions;

export interface AppSize {
  readonly app: App;
  /** Of what is loaded whenever the app starts. */
  readonly startBytes: number;
  /** With what is loaded when it is needed. */
  readonly bytes: number;
}

/** Bundles each app into a folder of its name, with what the service wants to find at its root. */
export async function bundleApps(dist: string): Promise<readonly AppSize[]> {
  const entryPoints = Object.fromEntries(
    APPS.map((app) => [app, join("functions", "azure", `${app}-app.ts`)]),
  );
  const { metafile, outputFiles } = await build({ ...AZURE_OPTIONS, entryPoints });
  const contents = new Map(outputFiles.map(({ path, contents }) => [basename(path), contents]));
  return Promise.all(
    APPS.map(async (app) => {
      const folder = join(dist, app);
      await rm(folder, { recursive: true, force: true });
      await mkdir(folder, { recursive: true });
      const files = filesOf(`${app}.mjs`, metafile);
      for (const file of files)
        await writeFile(
          join(folder, file === `${app}.mjs` ? PACKAGED_CODE : file),
          contents.get(file) ?? new Uint8Array(),
        );
      await copyFile(join(ROOT, "host.json"), join(folder, PACKAGED_HOST));
      await writeFile(join(folder, PACKAGED_MANIFEST), manifest(app));
      const sum = (of: readonly string[]) =>
        of.reduce((total, file) => total + (contents.get(file)?.length ?? 0), 0);
      const atStart = filesOf(`${app}.mjs`, metafile, ["import-statement"]);
      return { app, startBytes: sum(atStart), bytes: sum(files) };
    }),
  );
}

/** The service loads what `main` says, as a module. */
function manifest(app: App): string {
  const content = { name: `stillpoint-${app}`, private: true, type: "module", main: PACKAGED_CODE };
  return `${JSON.stringify(content, null, 2)}\n`;
}
