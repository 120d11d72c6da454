import { readFile } from "node:fs/promises";
import { StillpointError } from "../../shared/errors/stillpoint-error.ts";

/** As whom a server runs: nobody else where we are not root, and an account of its own where we are. */
export interface Account {
  readonly name?: string;
  readonly ids?: { readonly uid: number; readonly gid: number };
}

/** Servers refuse to run as root, so root needs the account that their package has made. */
export async function accountOf(name: string): Promise<Account> {
  if (process.getuid?.() !== 0) return {};
  const line = (await readFile("/etc/passwd", "utf8"))
    .split("\n")
    .find((entry) => entry.startsWith(`${name}:`));
  const [, , uid, gid] = line?.split(":") ?? [];
  if (uid === undefined || gid === undefined)
    throw new StillpointError(
      "REHEARSAL_FAILED",
      `cannot start a server as root: this machine has no account "${name}" to run it as; nothing was started`,
    );
  return { name, ids: { uid: Number(uid), gid: Number(gid) } };
}
