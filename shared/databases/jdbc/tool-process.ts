import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { PassThrough, type Readable, type Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Environment } from "../../config/tls-material.ts";
import { messageOf, StillpointError } from "../../errors/stillpoint-error.ts";

/** A client tool to run. Its password is in the environment or in a file, never among the words: `ps` shows those. */
export interface Tool {
  readonly program: string;
  readonly words: readonly string[];
  /** All that it gets of the environment. */
  readonly env: Environment;
  /** What becomes of it when it fails. */
  readonly code: "DUMP_FAILED" | "LOAD_FAILED";
  /** For the message, such as `load the dump into database "ledger_1"`. */
  readonly action: string;
}

export interface RunningTool {
  readonly input: Writable;
  readonly output: Readable;
  /** Fails unless the tool ended with status 0, with the last that it said. */
  readonly ended: Promise<void>;
  /** What it has said so far, as far as it is kept. */
  said(): string;
  /** Ends it, and waits until it has ended. Done too where it has. */
  stop(): Promise<void>;
}

const KEPT_CHARACTERS = 8_000;
const QUOTED_LINES = 12;
const BUFFERED_BYTES = 2 ** 20;

/** It says nothing on its standard output unless that is asked for. */
export function startTool(tool: Tool): RunningTool {
  const child = spawn(tool.program, [...tool.words], {
    env: { ...tool.env },
    stdio: ["pipe", "pipe", "pipe"],
  });
  const said = keepEnd(child);
  const ended = endOf(child, tool, said);
  ended.catch(ignore);
  // Node throws away what a program has written that ends before anybody listens: so somebody does at once.
  const output = new PassThrough({ highWaterMark: BUFFERED_BYTES });
  pipeline(child.stdout, output).catch(ignore);
  // One that ends before it has read everything: its own words say why.
  child.stdin.on("error", ignore);
  return {
    input: child.stdin,
    output,
    ended,
    said,
    async stop() {
      if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
      // What nobody will read would keep it from being over.
      output.destroy();
      await ended.catch(ignore);
    },
  };
}

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

function keepEnd(child: Child): () => string {
  let kept = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    kept = (kept + text).slice(-KEPT_CHARACTERS);
  });
  return () => kept;
}

async function endOf(child: Child, tool: Tool, said: () => string): Promise<void> {
  try {
    // `close` comes once all that it wrote has been read, its last words included.
    const [code, signal] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
    if (code === 0) return;
    throw failed(tool, said(), signal === null ? `ended with status ${code}` : `was ended by ${signal}`);
  } catch (error) {
    if (error instanceof StillpointError) throw error;
    throw failed(tool, "", `could not be started: ${messageOf(error)}`);
  }
}

function failed({ code, action, program }: Tool, said: string, how: string): StillpointError {
  const lines = said.trim().split("\n").slice(-QUOTED_LINES).join("\n");
  return new StillpointError(
    code,
    `cannot ${action}: "${program}" ${how}${lines === "" ? "" : `: ${lines}`}`,
  );
}

function ignore(): void {}
