import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import type { Catalog } from "../../shared/catalog/catalog.ts";
import { isLiving } from "../../shared/catalog/heartbeat.ts";
import type { Heartbeat } from "../../shared/catalog/model.ts";
import { messageOf, StillpointError } from "../../shared/errors/stillpoint-error.ts";
import type { Opened } from "./opening.ts";
import type { Shell } from "./shell.ts";

/** It takes half a second; a host where it takes this long is in no state to pause anything. */
const START_LIMIT_MS = 10_000;
const LOOK_MS = 25;

export interface StartedGuard {
  readonly heartbeat: Heartbeat;
  /** When the process has ended, however it did. */
  readonly ended: Promise<void>;
}

/**
 * Starts the guard of a backup: the same program, in a session of its own so that no signal of this terminal reaches
 * it, and sharing nothing with this process but the catalog. Resolves when its heartbeat is there.
 */
export async function startGuard(
  shell: Shell,
  { config, catalog }: Opened,
  run: string,
): Promise<StartedGuard> {
  const [program = ""] = process.argv.slice(1);
  const words = [...process.execArgv, program, "--config", config.path, "sweep", "--guard", run];
  const child = spawn(process.execPath, words, { detached: true, stdio: "ignore", env: shell.env });
  child.unref();
  const ended = endOf(child, run);
  const limit = AbortSignal.timeout(START_LIMIT_MS);
  while (!limit.aborted) {
    const found = await heartbeatOf(catalog, run);
    if (found) return { heartbeat: found, ended: ended.catch(() => {}) };
    await Promise.race([delay(LOOK_MS), ended]);
  }
  // It holds nothing yet, and nobody would wait for it any more.
  child.kill("SIGKILL");
  throw notStarted(run, `gave no sign of life within ${START_LIMIT_MS / 1000} s`);
}

async function heartbeatOf({ sweeps }: Catalog, run: string): Promise<Heartbeat | undefined> {
  const { records } = await sweeps.list();
  return records.find((one) => one.of.kind === "guard" && one.of.run === run && isLiving(one, Date.now()));
}

/** Rejects when the process has ended or was never there; the program file may be gone, or processes be too many. */
function endOf(child: ChildProcess, run: string): Promise<never> {
  const ended = once(child, "exit").then(
    ([status, signal]) => {
      throw notStarted(run, `ended at once with ${signal ?? `status ${status}`}`);
    },
    (error: unknown) => {
      throw notStarted(run, `could not be started: ${messageOf(error)}`);
    },
  );
  ended.catch(() => {});
  return ended;
}

function notStarted(run: string, how: string): StillpointError {
  return new StillpointError("GUARD_NOT_STARTED", `the guard of "${run}" ${how}; nothing was paused`);
}
