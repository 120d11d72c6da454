import { execFileSync } from "node:child_process";
import { delimiter } from "node:path";
import { LAUNCHER, type Starting } from "./stillpoint.ts";

/** The machine's own Node, as `#!/usr/bin/env node` finds it, where it is older than ours. */
export function olderNode(): Starting | undefined {
  const PATH = (process.env["PATH"] ?? "")
    .split(delimiter)
    .filter((folder) => !folder.includes("node_modules"))
    .join(delimiter);
  try {
    const version = execFileSync("/usr/bin/env", ["node", "-p", "process.versions.node"], { env: { PATH } });
    if (Number.parseInt(String(version), 10) >= 24) return undefined;
    return { command: [LAUNCHER], env: { PATH } };
  } catch {
    return undefined;
  }
}

/** The command itself, which its launcher has started. */
export function childOf(pid: number): number {
  return Number(
    execFileSync("/usr/bin/env", ["cat", `/proc/${pid}/task/${pid}/children`])
      .toString()
      .trim(),
  );
}
