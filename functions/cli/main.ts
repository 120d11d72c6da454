import { CommanderError } from "commander";
import { codeOf, type Failure, toFailure } from "../../shared/errors/stillpoint-error.ts";
import { conclude, concludeFailure, type Outcome } from "./outcome.ts";
import { program } from "./program.ts";
import { outliveReaders, type Shell, shellOf, type Task } from "./shell.ts";

/** Runs one command line to its exit status. */
export async function main(words: readonly string[], task?: Task): Promise<void> {
  outliveReaders();
  try {
    await program(run, task).parseAsync(words, { from: "user" });
  } catch (error) {
    // Help and version were asked for and printed.
    if (error instanceof CommanderError && error.exitCode === 0) return;
    const shell = shellOf({ json: words.includes("--json") });
    process.exitCode = concludeFailure(shell, failureOf(error));
  }
}

async function run(shell: Shell, command: (shell: Shell) => Promise<Outcome>): Promise<void> {
  process.exitCode = await concluded(shell, command);
}

async function concluded(shell: Shell, command: (shell: Shell) => Promise<Outcome>): Promise<number> {
  try {
    return conclude(shell, await command(shell));
  } catch (error) {
    // A defect: where it is helps whoever mends it.
    if (codeOf(error) === "INTERNAL" && error instanceof Error) shell.warn(String(error.stack));
    return concludeFailure(shell, toFailure(error));
  }
}

function failureOf(error: unknown): Failure {
  if (!(error instanceof CommanderError)) return toFailure(error);
  const said = error.code === "commander.help" ? "no command was given" : error.message;
  const message = said.replace(/^error: /, "").replaceAll(/\s*\n\s*/g, " ");
  return { code: "USAGE", message: `${message}; nothing was done` };
}
