import { plainProgress, type RestoreProgress } from "./progress.ts";
import type { Shell } from "./shell.ts";

/** Drawn over on a terminal, plain lines elsewhere. */
export async function restoreProgressOn(shell: Shell): Promise<RestoreProgress> {
  if (!shell.live) return plainProgress(shell);
  const { terminalProgress } = await import("./terminal-progress.ts");
  return terminalProgress();
}
