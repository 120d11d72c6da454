import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { DEPLOYMENT, type RehearsalWorld } from "../../rehearsal/rehearsal-world.ts";
import type { OpenDeployment } from "../../shared/deployment/open-deployment.ts";

interface Ruined {
  readonly world: RehearsalWorld;
  readonly open: OpenDeployment;
}

const PROCESS = fileURLToPath(new URL("./restoring-process.ts", import.meta.url));
/** A restore has some eighty. */
const MOST_ENTRIES = 5;
const MOST_MORE_MS = 60;
const LOOK_MS = 5;

/** A process that runs or resumes a restore. */
export function restoring({ world }: Ruined, run: string): ChildProcess {
  return spawn(process.execPath, [PROCESS, world.config, run, DEPLOYMENT], {
    stdio: ["ignore", "ignore", "inherit"],
  });
}

/**
 * Resumes the run in a process that is killed when its journal has grown by some entries, and a moment later. A
 * run that has ended is left alone.
 */
export async function killOnTheWay(ruined: Ruined, run: string): Promise<void> {
  if ((await ruined.open.catalog.runs.get(run)).record.state === "done") return;
  const entries = async () => (await ruined.open.catalog.journal.read(run)).length;
  const until = (await entries()) + Math.floor(Math.random() * MOST_ENTRIES);
  const child = restoring(ruined, run);
  const exited = once(child, "exit") as Promise<[number | null, string | null]>;
  while ((await entries()) < until && child.exitCode === null) await delay(LOOK_MS);
  await delay(Math.random() * MOST_MORE_MS);
  child.kill("SIGKILL");
  const [status] = await exited;
  if (status) throw new Error(`the restore failed with status ${status} before it could be killed`);
}
