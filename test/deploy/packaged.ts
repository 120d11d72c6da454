import { spawn } from "node:child_process";
import { copyFile, readFile, symlink } from "node:fs/promises";
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
  const { status, said } = await framework(ROOT, folder, ["package", ...parameters, ...words]);
  return {
    status,
    output: said,
    dist,
    template: async () =>
      JSON.parse(await readFile(join(output, "cloudformation-template-update-stack.json"), "utf8")),
  };
}

/** What of the project deploying needs beside serverless.yml, which has to be a plain file. */
const LINKED = ["package.json", "deploy", "shared", "functions", "node_modules"];

/** Deploys with the configuration at `path` from a project beside it, as far as it goes without credentials. */
export async function deployed(path: string): Promise<Ran> {
  const folder = dirname(path);
  await copyFile(join(ROOT, "serverless.yml"), join(folder, "serverless.yml"));
  for (const name of LINKED) await symlink(join(ROOT, name), join(folder, name));
  return framework(folder, folder, ["deploy", "--param", `config=${path}`]);
}

interface Ran {
  readonly status: number | null;
  readonly said: string;
}

/** Runs the framework with nothing around it that credentials could come from. */
async function framework(project: string, home: string, words: readonly string[]): Promise<Ran> {
  const child = spawn(process.execPath, [FRAMEWORK, ...words], {
    cwd: project,
    env: { PATH: process.env["PATH"], HOME: home, AWS_EC2_METADATA_DISABLED: "true" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk) => {
      said += chunk;
    });
  const status = await new Promise<number | null>((resolve) => child.once("close", resolve));
  return { status, said };
}
