import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { StillpointError } from "../shared/errors/stillpoint-error.ts";
import { isListening } from "./scalardb-server/local-port.ts";

/** A program to run. */
export interface Program {
  /** For messages and the name of its log, such as `scalardb-server-60051`. */
  readonly name: string;
  readonly command: readonly string[];
  /** Where it runs, and where its log is kept. */
  readonly dir: string;
}

const ASK_AGAIN_MS = 20;
const STOP_LIMIT_MS = 10_000;
const QUOTED_LINES = 20;

/**
 * The program replaces this shell, so its pid is the child's. Before that the shell leaves a watcher behind, which
 * reads our end of a pipe: when we are gone, however we died, the pipe ends and the watcher kills the program.
 * A line on the pipe lets the watcher go by itself.
 */
const WATCHED = `exec 3<&0
(read -r line <&3 || kill -9 $$) >/dev/null 2>&1 &
exec "$@" </dev/null 3<&-`;

/** A running program. Its own session, so that Ctrl-C in our terminal is ours to answer, not its own. */
export class LocalProcess {
  readonly #child: ChildProcess;
  readonly #name: string;
  readonly #exited: Promise<number>;
  readonly logFile: string;

  constructor(program: Program) {
    this.#name = program.name;
    this.logFile = join(program.dir, `${program.name}.log`);
    const log = openSync(this.logFile, "w");
    this.#child = spawn("sh", ["-c", WATCHED, "sh", ...program.command], {
      cwd: program.dir,
      detached: true,
      stdio: ["pipe", log, log],
    });
    closeSync(log);
    this.#exited = this.#watchExit();
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Ends when the program ends, with its exit status, or -1 after a signal. */
  get exited(): Promise<number> {
    return this.#exited;
  }

  async log(): Promise<string> {
    return readFile(this.logFile, "utf8");
  }

  /** Waits until the log says so. A program that ends before, or takes too long, is an error with its last lines. */
  async ready(line: RegExp, limitMs: number): Promise<void> {
    await this.until(async () => line.test(await this.log()), limitMs);
  }

  /** Waits until something listens on the port, under the same conditions. */
  async answers(port: number, limitMs: number): Promise<void> {
    await this.until(() => isListening(port), limitMs);
  }

  /** Waits until it is so, under the same conditions. */
  async until(isReady: () => Promise<boolean>, limitMs: number): Promise<void> {
    const giveUp = performance.now() + limitMs;
    while (performance.now() < giveUp) {
      if (await isReady()) return;
      if (this.#hasEnded()) throw await this.failure("ended before it was ready");
      await delay(ASK_AGAIN_MS);
    }
    const failure = await this.failure(`was not ready within ${limitMs / 1000} s`);
    await this.kill();
    throw failure;
  }

  /** The signal that asks it to end, and SIGKILL for one that does not. */
  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
    this.#child.kill(signal);
    const limit = setTimeout(() => this.#child.kill("SIGKILL"), STOP_LIMIT_MS);
    await this.#exited;
    clearTimeout(limit);
  }

  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#exited;
  }

  /** As a debugger would, or a host that is frozen: the port stays open, nothing answers. */
  suspend(): void {
    this.#child.kill("SIGSTOP");
  }

  resume(): void {
    this.#child.kill("SIGCONT");
  }

  async failure(what: string): Promise<StillpointError> {
    const lines = (await this.log()).trimEnd().split("\n").slice(-QUOTED_LINES).join("\n");
    return new StillpointError(
      "REHEARSAL_FAILED",
      `"${this.#name}" ${what}; the end of "${this.logFile}":\n${lines}`,
    );
  }

  #hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  async #watchExit(): Promise<number> {
    // The watcher may be gone already, killed with the whole group: a broken pipe is no news then.
    this.#child.stdin?.on("error", () => {});
    const [code] = (await once(this.#child, "exit")) as [number | null];
    this.#child.stdin?.end("over\n");
    return code ?? -1;
  }
}
