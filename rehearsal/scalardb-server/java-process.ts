import { join } from "node:path";
import { LocalProcess } from "../local-process.ts";

/** A Java program to run. */
export interface JavaProgram {
  /** For messages and the name of its log, such as `scalardb-server-60051`. */
  readonly name: string;
  /** The folder with its jars. */
  readonly lib: string;
  readonly main: string;
  readonly args: readonly string[];
  readonly jvm?: readonly string[];
  /** Where its log is kept. */
  readonly dir: string;
}

export function startJava({ name, lib, main, args, jvm = [], dir }: JavaProgram): LocalProcess {
  return new LocalProcess({ name, command: ["java", ...jvm, "-cp", join(lib, "*"), main, ...args], dir });
}

/** Runs a program to its end and answers what it wrote; anything but exit status 0 is an error that quotes it. */
export async function runJava(program: JavaProgram, limitMs: number): Promise<string> {
  const java = startJava(program);
  const limit = setTimeout(() => void java.kill(), limitMs);
  const code = await java.exited;
  clearTimeout(limit);
  if (code !== 0) throw await java.failure(`failed with exit status ${code} (limit ${limitMs / 1000} s)`);
  return java.log();
}
