import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { RehearsalWorld } from "./rehearsal-world.ts";

const PROGRAM = fileURLToPath(new URL("../functions/cli/stillpoint.ts", import.meta.url));

/**
 * Runs the very command line that people use, in a process of its own, and passes on what it says. Answers its
 * exit status.
 */
export async function stillpoint(
  { config, environment }: Pick<RehearsalWorld, "config" | "environment">,
  args: readonly string[],
  { say, signal }: { readonly say: (line: string) => void; readonly signal: AbortSignal },
): Promise<number> {
  signal.throwIfAborted();
  say("");
  say(`$ stillpoint ${args.join(" ")}`);
  const child = spawn(process.execPath, [PROGRAM, "--config", config, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    // A group of its own, so that Ctrl-C reaches it once, through us: a second one would end it at once.
    detached: true,
    // biome-ignore lint/style/noProcessEnv: a child needs the environment, with the world's credentials in it
    env: { ...process.env, ...environment },
  });
  for (const stream of [child.stdout, child.stderr])
    createInterface({ input: stream }).on("line", (line) => say(`  ${line}`));
  const pass = () => child.kill("SIGINT");
  signal.addEventListener("abort", pass);
  try {
    return await new Promise((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code, killed) => resolve(code ?? (killed ? 128 : 1)));
    });
  } finally {
    signal.removeEventListener("abort", pass);
    signal.throwIfAborted();
  }
}
