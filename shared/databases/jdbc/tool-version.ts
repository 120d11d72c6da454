import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Environment } from "../../config/tls-material.ts";

const run = promisify(execFile);
const LIMIT_MS = 10_000;

/** What a tool calls itself, such as `pg_dump (PostgreSQL) 15.18`; undefined where it cannot be run. */
export async function toolVersion(program: string, env: Environment): Promise<string | undefined> {
  try {
    const { stdout } = await run(program, ["--version"], { env: { ...env }, timeout: LIMIT_MS });
    return stdout.split("\n")[0]?.trim();
  } catch {
    return undefined;
  }
}
