import { type ChildProcessByStdio, spawn } from "node:child_process";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import type * as z from "zod";

const PROGRAM = fileURLToPath(new URL("../../functions/cli/stillpoint.ts", import.meta.url));
const CREDENTIALS = { AWS_ACCESS_KEY_ID: "peers", AWS_SECRET_ACCESS_KEY: "peers" };

/** Starts the command line in a process of its own, as a person does. */
export function startStillpoint(
  config: string,
  ...args: readonly string[]
): ChildProcessByStdio<null, Readable, Readable> {
  return spawn(process.execPath, [PROGRAM, "--config", config, "--json", ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...CREDENTIALS },
  });
}

/** Runs a command to its end and answers its exit status and what it printed, by the schema that it promises. */
export async function stillpoint<Schema extends z.ZodType>(
  config: string,
  schema: Schema,
  ...args: readonly string[]
): Promise<{ status: number | null; said: z.output<Schema> }> {
  const child = startStillpoint(config, ...args);
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  const [printed, complaint] = await Promise.all([child.stdout, child.stderr].map((out) => text(out)));
  const status = await ended;
  try {
    return { status, said: schema.parse(JSON.parse(String(printed))) };
  } catch (cause) {
    const told = `${printed}${complaint}`.slice(-4000);
    throw new Error(`"stillpoint ${args.join(" ")}" ended with status ${status} and said ${told}`, { cause });
  }
}
