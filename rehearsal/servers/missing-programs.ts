import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Debian keeps servers where shells of ordinary users do not look. */
const WITH_SERVERS = 'PATH="$PATH:/usr/sbin:/usr/local/sbin"';

/** The command that finds the program of a server too. */
export function serverCommand(...command: readonly string[]): readonly string[] {
  return ["sh", "-c", `${WITH_SERVERS} exec "$@"`, "sh", ...command];
}

/** One line that says which programs of a server this machine lacks, or nothing where it lacks none. */
export async function missingPrograms(
  server: string,
  programs: readonly string[],
  packages: readonly string[],
): Promise<string | undefined> {
  const found = await Promise.all(programs.map(isThere));
  const missing = programs.filter((_, index) => !found[index]);
  if (missing.length === 0) return undefined;
  const quoted = missing.map((program) => `"${program}"`).join(", ");
  return `${server} needs ${quoted}, not found here; on Debian: apt-get install ${packages.join(" ")}`;
}

async function isThere(program: string): Promise<boolean> {
  return run("sh", ["-c", `${WITH_SERVERS}; command -v "$1"`, "sh", program]).then(
    () => true,
    () => false,
  );
}
