import { type ChildProcessByStdio, spawn } from "node:child_process";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import type * as z from "zod";
import type { RehearsalWorld } from "../../rehearsal/rehearsal-world.ts";

const PROGRAM = fileURLToPath(new URL("../../functions/cli/stillpoint.ts", import.meta.url));

type Place = Pick<RehearsalWorld, "config" | "environment">;

/** Starts the command line in a process of its own, for a program to read. */
export function startStillpoint(
  place: Place,
  ...args: readonly string[]
): ChildProcessByStdio<null, Readable, Readable> {
  return startForPeople(place, "--json", ...args);
}

/** The same, for people. */
export function startForPeople(
  { config, environment }: Place,
  ...args: readonly string[]
): ChildProcessByStdio<null, Readable, Readable> {
  return spawn(process.execPath, [PROGRAM, "--config", config, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...environment },
  });
}

/** Runs a command to its end and answers its exit status and what it printed, by the schema that it promises. */
export async function stillpoint<Schema extends z.ZodType>(
  place: Place,
  schema: Schema,
  ...args: readonly string[]
): Promise<{ status: number | null; said: z.output<Schema> }> {
  const child = startStillpoint(place, ...args);
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
