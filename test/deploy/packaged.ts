import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const FRAMEWORK = join(ROOT, "node_modules/serverless/bin/serverless.js");

export interface Packaging {
  readonly status: number | null;
  readonly output: string;
  /** The folders of the functions, as they are packed. */
  readonly dist: string;
  template(): Promise<Template>;
}

export interface Template {
  // biome-ignore lint/suspicious/noExplicitAny: what CloudFormation takes has as many shapes as it has resources.
  readonly Resources: Readonly<Record<string, any>>;
}

/** Packages with the configuration at `path`, as an operator does: offline, with no credentials to be found. */
export async function packaged(path: string, ...words: readonly string[]): Promise<Packaging> {
  const folder = dirname(path);
  const dist = join(folder, "dist");
  const output = join(folder, "package");
  const parameters = ["--param", `config=${path}`, "--param", `dist=${dist}`, "--package", output];
  const child = spawn(process.execPath, [FRAMEWORK, "package", ...parameters, ...words], {
    cwd: ROOT,
    env: { PATH: process.env["PATH"], HOME: folder, AWS_EC2_METADATA_DISABLED: "true" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk) => {
      said += chunk;
    });
  const status = await new Promise<number | null>((resolve) => child.once("close", resolve));
  return {
    status,
    output: said,
    dist,
    template: async () =>
      JSON.parse(await readFile(join(output, "cloudformation-template-update-stack.json"), "utf8")),
  };
}
