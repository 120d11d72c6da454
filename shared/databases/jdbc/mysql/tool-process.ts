import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { PassThrough, type Readable, type Writable } from "node:stream";

const QUOTED_LINES = 5;
const MOST_CHARACTERS = 400;
const END_LIMIT_MS = 2_000;
const BUFFERED = 1024 ** 2;

/** A client program at work. */
export interface ToolProcess {
  readonly output: Readable;
  readonly input: Writable;
  /** Resolves with `undefined` once it ended well, else with what it said, or how it ended. Never fails. */
  readonly ended: Promise<string | undefined>;
  /** Resolves at the first line of its progress that is like this; never where there is none. */
  says(line: RegExp): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Of the environment it gets where programs are found, and nothing else: variables and the user's own login file, which
 * is found by one, would lead it elsewhere or keep it from verifying the server, and secrets are none of its business.
 */
export function startTool(path: string, args: readonly string[], searchPath?: string): ToolProcess {
  const env = { LC_ALL: "C", ...(searchPath !== undefined && { PATH: searchPath }) };
  const child = spawn(path, args, { stdio: "pipe", env });
  // Node throws away what a program has written that ends before anybody listens: so somebody does at once.
  const output = child.stdout.pipe(new PassThrough({ highWaterMark: BUFFERED }));
  const waiting = new Map<RegExp, () => void>();
  const said: Said = { complaints: [] };
  // A program that could not be started, or that has gone away, says so by its end.
  child.stdin.on("error", ignore);
  createInterface({ input: child.stderr }).on("line", (line) => {
    for (const [wanted, tell] of waiting) if (wanted.test(line)) tell();
    note(said, line.slice(0, MOST_CHARACTERS));
  });
  const ended = howItEnded(child, said);
  return {
    output,
    input: child.stdin,
    ended,
    says: (line) => new Promise((resolve) => waiting.set(line, resolve)),
    stop: async () => {
      output.destroy();
      await stop(child, ended);
    },
  };
}

/** The last that a program has said. Not every failure of it comes with a complaint. */
interface Said {
  readonly complaints: string[];
  progress?: string;
}

function note(said: Said, line: string): void {
  if (line.trim() === "") return;
  if (line.startsWith("-- ")) said.progress = line;
  else said.complaints.push(line);
  if (said.complaints.length > QUOTED_LINES) said.complaints.shift();
}

async function howItEnded(child: ChildProcessWithoutNullStreams, said: Said): Promise<string | undefined> {
  try {
    const [status, signal] = (await once(child, "close")) as [number | null, string | null];
    if (status === 0) return undefined;
    const how = signal === null ? `exit status ${status}` : `signal ${signal}`;
    if (said.complaints.length > 0) return `${said.complaints.join("; ")} (${how})`;
    return said.progress === undefined ? how : `${how} after "${said.progress}"`;
  } catch (error) {
    return (error as Error).message;
  }
}

async function stop(child: ChildProcessWithoutNullStreams, ended: Promise<unknown>): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) child.kill("SIGTERM");
  const limit = setTimeout(() => child.kill("SIGKILL"), END_LIMIT_MS);
  // What it has written and nobody will read would keep it from being over.
  child.stdout.destroy();
  child.stdin.destroy();
  await ended;
  clearTimeout(limit);
}

function ignore(): void {}
