import { mkdir, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type BuildOptions, build, type Metafile } from "esbuild";
import { DUMP, FUNCTION_NAMES, type FunctionName } from "./function-names.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
/** What Lambda is told to load of each bundle. */
const ENTRY = "index.mjs";
/** The last of them goes into an image, which knows no configuration. */
const BUNDLED: readonly FunctionName[] = [...FUNCTION_NAMES, DUMP];
/** Some parts are CommonJS still, and ask for Node's own modules by `require`. */
const REQUIRE =
  'import{createRequire as __createRequire}from"node:module";const require=__createRequire(import.meta.url);';

export const OPTIONS = {
  absWorkingDir: ROOT,
  // Nothing is written there: each function gets its own files of what is made.
  outdir: "dist",
  outExtension: { ".js": ".mjs" },
  bundle: true,
  splitting: true,
  minify: true,
  format: "esm",
  platform: "node",
  target: "node24",
  // A configuration with a catalog or parts on Azure is refused before it is deployed to AWS.
  // The driver of PostgreSQL looks for another one, in C, that nobody here asks it for.
  external: ["@azure/*", "@azure-rest/*", "pg-native"],
  // The SDKs' CommonJS, which is the default for Node, cannot be cut down to what is used.
  mainFields: ["module", "main"],
  banner: { js: REQUIRE },
  legalComments: "none",
  logLevel: "warning",
  metafile: true,
  write: false,
} as const satisfies BuildOptions;

export interface BundleSize {
  readonly name: FunctionName;
  /** Of what is loaded whenever the function starts. */
  readonly startBytes: number;
  /** With what is loaded when it is needed. */
  readonly bytes: number;
}

/**
 * Bundles all functions at once, SDKs included, each into a folder of its name: what several of them need is made
 * once and copied. What the code loads when it is needed stays in files of its own, which cost nothing until then:
 * the Kubernetes client, the drivers of databases, the rarer credentials.
 */
export async function bundleAll(dist: string): Promise<readonly BundleSize[]> {
  const entryPoints = Object.fromEntries(BUNDLED.map((name) => [name, join("functions", name, "aws.ts")]));
  const { metafile, outputFiles } = await build({ ...OPTIONS, entryPoints });
  const contents = new Map(outputFiles.map(({ path, contents }) => [basename(path), contents]));
  return Promise.all(
    BUNDLED.map(async (name) => {
      const files = filesOf(`${name}.mjs`, metafile);
      const folder = join(dist, name);
      await rm(folder, { recursive: true, force: true });
      await mkdir(folder, { recursive: true });
      for (const file of files)
        await writeFile(
          join(folder, file === `${name}.mjs` ? ENTRY : file),
          contents.get(file) ?? new Uint8Array(),
        );
      const sum = (of: readonly string[]) =>
        of.reduce((total, file) => total + (contents.get(file)?.length ?? 0), 0);
      return {
        name,
        startBytes: sum(filesOf(`${name}.mjs`, metafile, ["import-statement"])),
        bytes: sum(files),
      };
    }),
  );
}

/** A file of the bundle, and all that it imports, at once or later. */
export function filesOf(
  entry: string,
  { outputs }: Metafile,
  kinds: readonly string[] = ["import-statement", "dynamic-import"],
): readonly string[] {
  const imports = new Map(
    Object.entries(outputs).map(([path, output]) => [
      basename(path),
      output.imports
        .filter(({ external, kind }) => !external && kinds.includes(kind))
        .map(({ path: imported }) => basename(imported)),
    ]),
  );
  const found = new Set([entry]);
  for (const file of found) for (const imported of imports.get(file) ?? []) found.add(imported);
  return [...found];
}

/** The file that shared/admin/kubernetes/kube-config.ts is bundled to. */
export function isKubernetes(file: string): boolean {
  return /^kube-config-.+\.mjs$/.test(file);
}
