import { execFile } from "node:child_process";
import { chmod, stat } from "node:fs/promises";
import { promisify } from "node:util";

const run = promisify(execFile);
/** What the distributions call it. */
const USER = "postgres";
const PASSABLE = 0o011;

/** PostgreSQL refuses to run as root; as anybody else it runs as oneself. */
export function asServerUser(command: readonly string[]): readonly string[] {
  return isRoot() ? ["setpriv", `--reuid=${USER}`, `--regid=${USER}`, "--clear-groups", ...command] : command;
}

/** Lets the server have these, and pass through the folder that they are in. */
export async function giveToServerUser(paths: readonly string[], folder?: string): Promise<void> {
  if (!isRoot()) return;
  if (folder !== undefined) await chmod(folder, ((await stat(folder)).mode & 0o777) | PASSABLE);
  await run("chown", [`${USER}:`, ...paths]);
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}
