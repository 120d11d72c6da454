import { type ChildProcess, spawn } from "node:child_process";
import type { Readable } from "node:stream";
import { finished } from "node:stream/promises";
import type { CommandEffects } from "../backup/effects.ts";
import type { CommandRecord } from "../catalog/model.ts";
import type { Environment } from "../config/tls-material.ts";
import { messageOf } from "../errors/stillpoint-error.ts";
import { CommandOutput } from "./command-output.ts";
import type { OpenDeployment } from "./open-deployment.ts";

type Wish = CommandEffects["run-command"]["input"];
type End = CommandRecord["end"];

/** What is in its pipes when a command ends is read; what it has left behind may hold them open for ever. */
const LAST_WORDS_MS = 100;

/**
 * Runs a command by the shell, in a process group of its own, so that all of it can be ended at once. At the limit that
 * is not asked for but done: what follows is the unpause. A process that has left the group is not reached.
 */
export async function runCommand(
  wish: Wish,
  { clock, env, settings }: Pick<OpenDeployment, "clock" | "env" | "settings">,
  signal: AbortSignal,
): Promise<CommandRecord> {
  const { command, withinMs } = wish;
  const startedMs = clock.oursMs();
  const told = { ...env, ...facts(settings.name, wish, startedMs + withinMs) };
  const output = new CommandOutput();
  const end = await endOf({ command, env: told, output, withinMs, signal });
  return {
    command,
    startedMs,
    endedMs: clock.oursMs(),
    end,
    output: output.text(),
    outputBytes: output.bytes,
  };
}

/** What a command may want to know, in its environment. */
function facts(deployment: string, { pause, startMs }: Wish, deadlineMs: number): Environment {
  return {
    STILLPOINT_DEPLOYMENT: deployment,
    STILLPOINT_PAUSE: pause,
    STILLPOINT_WINDOW_START: new Date(startMs).toISOString(),
    STILLPOINT_WINDOW_START_MS: startMs.toFixed(0),
    STILLPOINT_DEADLINE: new Date(deadlineMs).toISOString(),
    STILLPOINT_DEADLINE_MS: Math.floor(deadlineMs).toFixed(0),
  };
}

interface Running {
  readonly command: string;
  readonly env: Environment;
  readonly output: CommandOutput;
  readonly withinMs: number;
  readonly signal: AbortSignal;
}

async function endOf(running: Running): Promise<End> {
  const { command, env, output, withinMs, signal } = running;
  if (signal.aborted) return { kind: "interrupted" };
  if (withinMs <= 0) return { kind: "out-of-time", limitMs: 0 };
  let child: ChildProcess;
  try {
    child = spawn("/bin/sh", ["-c", command], { env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  } catch (error) {
    return { kind: "not-started", message: messageOf(error) };
  }
  // Where not even its pipes could be opened, there are none; that is told as an event all the same.
  const pipes = [child.stdout, child.stderr].flatMap((pipe) => pipe ?? []);
  for (const pipe of pipes) pipe.on("data", output.taker());
  const read = Promise.allSettled(pipes.map((pipe) => finished(pipe)));
  const end = await firstEnd(child, running);
  if (end.kind === "exited" || end.kind === "killed") await within(read, LAST_WORDS_MS);
  letGo(child, pipes);
  return end;
}

/** However the command ends, or is made to end. A second Ctrl-C ends this process at once, and the command with it. */
function firstEnd(child: ChildProcess, { withinMs, signal }: Running): Promise<End> {
  return new Promise((resolve) => {
    const kill = () => killGroup(child);
    const settle = (end: End) => {
      clearTimeout(limit);
      signal.removeEventListener("abort", interrupt);
      process.off("exit", kill);
      resolve(end);
    };
    const endBy = (end: End) => {
      kill();
      settle(end);
    };
    const interrupt = () => endBy({ kind: "interrupted" });
    const limit = setTimeout(() => endBy({ kind: "out-of-time", limitMs: withinMs }), withinMs);
    signal.addEventListener("abort", interrupt);
    process.on("exit", kill);
    child.on("error", (error) => settle({ kind: "not-started", message: messageOf(error) }));
    child.once("exit", (status, by) =>
      settle(status === null ? { kind: "killed", signal: by ?? "unknown" } : { kind: "exited", status }),
    );
  });
}

/** Not once the command was seen to have ended: its number may be another's by then. */
function killGroup({ pid, exitCode, signalCode }: ChildProcess): void {
  if (pid === undefined || exitCode !== null || signalCode !== null) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It has ended this very moment.
  }
}

async function within(work: Promise<unknown>, limitMs: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  // Not in the same turn: on a busy host what is in the pipes may be read only after it.
  const limit = setTimeout(() => setImmediate(resolve), limitMs);
  await Promise.race([work, promise]);
  clearTimeout(limit);
}

/** Nothing of it keeps this process alive, not even a process that cannot be killed. */
function letGo(child: ChildProcess, pipes: readonly Readable[]): void {
  for (const pipe of pipes) pipe.destroy();
  child.unref();
}
