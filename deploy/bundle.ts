import { rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type Metafile } from "esbuild";
import type { FunctionName } from "./function-names.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
/** Some parts are CommonJS still, and ask for Node's own modules by `require`. */
const REQUIRE =
  'import{createRequire as __createRequire}from"node:module";const require=__createRequire(import.meta.url);';

/**
 * Bundles one function, SDKs included, to `index.mjs` in a folder of its own. What the code loads when it is needed
 * stays in files beside it, which cost nothing until then: the Kubernetes client, the rarer credentials.
 */
export async function bundle(name: FunctionName, folder: string): Promise<Metafile> {
  await rm(folder, { recursive: true, force: true });
  const { metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: { index: join("functions", name, "aws.ts") },
    outdir: folder,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    splitting: true,
    minify: true,
    format: "esm",
    platform: "node",
    target: "node24",
    // The SDKs' CommonJS, which is the default for Node, cannot be cut down to what is used.
    mainFields: ["module", "main"],
    banner: { js: REQUIRE },
    legalComments: "none",
    logLevel: "warning",
    metafile: true,
  });
  return metafile;
}
