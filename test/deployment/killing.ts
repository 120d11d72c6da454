import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { DEPLOYMENT } from "../../rehearsal/rehearsal-world.ts";
import type { RuinedWorld } from "./ruined-world.ts";

const PROCESS = fileURLToPath(new URL("./restoring-process.ts", import.meta.url));
const MOST_ENTRIES = 7;
const MOST_MORE_MS = 60;
const LOOK_MS = 5;

/** A process that runs or resumes a restore. */
export function restoring({ world }: RuinedWorld, run: string): ChildProcess {
  return spawn(process.execPath, [PROCESS, world.config, run, DEPLOYMENT], {
    stdio: ["ignore", "ignore", "inherit"],
  });
}

/** Resumes the run in a process that is killed when its journal has grown by some entries, and a moment later. */
export async function killOnTheWay(ruined: RuinedWorld, run: string): Promise<void> {
  const entries = async () => (await ruined.open.catalog.journal.read(run)).length;
  const until = (await entries()) + Math.floor(Math.random() * MOST_ENTRIES);
  const child = restoring(ruined, run);
  const exited = once(child, "exit") as Promise<[number | null, string | null]>;
  while ((await entries()) < until && child.exitCode === null) await delay(LOOK_MS);
  await delay(Math.random() * MOST_MORE_MS);
  child.kill("SIGKILL");
  const [status] = await exited;
  if (status !== null) throw new Error(`the restore ended with ${status} before it could be killed`);
}
