import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { stringify } from "yaml";
import { endGuards } from "./guards.ts";
import { until } from "./until.ts";

const PROGRAM = fileURLToPath(new URL("../../functions/cli/stillpoint.ts", import.meta.url));
export const LAUNCHER = fileURLToPath(new URL("../../functions/cli/stillpoint.js", import.meta.url));

export interface Ended {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Waits until the text was printed, on either stream. */
  printed(text: string): Promise<void>;
}

export interface Starting {
  /** What runs: by default this very Node with the command line itself. */
  readonly command?: readonly [string, ...string[]];
  readonly env?: Readonly<Record<string, string>>;
  readonly detached?: boolean;
}

/** Starts the command line as people do, as a process of its own. */
export function start(words: readonly string[], options: Starting = {}): Started {
  const [program, ...before] = options.command ?? [process.execPath, PROGRAM];
  const { STILLPOINT_CONFIG: _, ...env } = process.env;
  const child = spawn(program, [...before, ...words], {
    stdio: ["ignore", "pipe", "pipe"],
    detached: options.detached ?? false,
    env: { ...env, AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test", ...options.env },
  });
  const said = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"] as const)
    child[stream]?.on("data", (chunk) => {
      said[stream] += chunk;
    });
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (status, signal) => resolve({ status, signal, ...said }));
  });
  const printed = (text: string) => until(() => `${said.stdout}${said.stderr}`.includes(text), said);
  return { child, ended, printed };
}

export function stillpoint(words: readonly string[], options: Starting = {}): Promise<Ended> {
  return start(words, options).ended;
}

export interface Configured extends AsyncDisposable {
  readonly folder: string;
  readonly config: string;
}

/** A folder with a configuration and no catalog yet. Nothing answers at its addresses. */
export async function configured(
  deployments: object = { payments: NOWHERE },
  catalog = "./catalog",
  more: object = {},
): Promise<Configured> {
  const folder = await mkdtemp(join(tmpdir(), "stillpoint-cli-"));
  const config = join(folder, "stillpoint.yml");
  await writeFile(config, configuration(deployments, catalog, more));
  return {
    folder,
    config,
    [Symbol.asyncDispose]: async () => {
      await endGuards(resolve(folder, catalog));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export function configuration(deployments: object, catalog: string, more: object = {}): string {
  return stringify({ catalog: { kind: "file", path: catalog }, deployments, ...more });
}

export const NOWHERE = {
  components: { ledger: { kind: "ledger", instances: ["127.0.0.1:1"] } },
  databases: { main: { kind: "dynamodb", region: "us-east-1", endpoint: "http://127.0.0.1:1" } },
};
