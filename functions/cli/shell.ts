import type { Environment } from "../../shared/config/tls-material.ts";
import type { Telemetry } from "../../shared/telemetry/telemetry.ts";

/** Narrower terminals would break every line that is drawn. */
const NARROWEST = 60;

/** A process that functions have started, where their own would not do. It tells what they would tell. */
export interface Task {
  /** What the host calls it. */
  readonly name: string;
  readonly telemetry: Telemetry;
  /** Where it reaches instances from: two with the same answer reach the same ones. */
  readonly network: string;
}

/** What a command knows of where it was typed. */
export interface Shell {
  readonly json: boolean;
  /** The configuration file, where it was named. */
  readonly config?: string;
  readonly env: Environment;
  /** Where nobody has typed it. */
  readonly task?: Task;
  /** Whether somebody sits there who can be asked. */
  readonly interactive: boolean;
  /** Whether standard output is a terminal that lines can be drawn over. */
  readonly live: boolean;
  /** Whether standard error is a terminal: what is written there is read by a person, and kept by nobody. */
  readonly watched: boolean;
  /** Progress for people; not with `--json`. */
  say(line: string): void;
  /** What must reach a person even where the output goes into a program. */
  warn(line: string): void;
  /** One structured line on standard error, with and without `--json`. */
  log(entry: object): void;
  /** A result on standard output. */
  print(text: string): void;
}

export interface ShellOptions {
  readonly json?: boolean;
  readonly config?: string;
}

export function shellOf({ json = false, config }: ShellOptions, task?: Task): Shell {
  return {
    json,
    ...(config !== undefined && { config }),
    env: process.env,
    ...(task && { task }),
    interactive: !json && process.stdin.isTTY === true && process.stderr.isTTY === true,
    live: !json && process.stdout.isTTY === true && process.stdout.columns >= NARROWEST,
    watched: process.stderr.isTTY === true,
    say: (line) => {
      if (!json) process.stdout.write(`${line}\n`);
    },
    warn: (line) => process.stderr.write(`${line}\n`),
    log: (entry) => process.stderr.write(`${JSON.stringify({ level: "info", ...entry })}\n`),
    print: (text) => process.stdout.write(text),
  };
}

/** A reader that went away (`stillpoint backup | head`) must not end a process that holds instances paused. */
export function outliveReaders(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
}
