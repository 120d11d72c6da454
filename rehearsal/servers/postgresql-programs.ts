import { execFile } from "node:child_process";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
/** Debian and its kin keep the programs of every version in a folder of its own, which is on nobody's path. */
const BY_VERSION = "/usr/lib/postgresql";
const NEEDED = ["initdb", "postgres"] as const;

/** How the shell finds a server's programs. */
export type Programs = Readonly<Record<(typeof NEEDED)[number], string>>;

/** The newest version that is installed, else what is on the path; undefined where there is none. */
export async function postgresqlPrograms(byVersion = BY_VERSION): Promise<Programs | undefined> {
  const versions = await readdir(byVersion).catch(() => []);
  const folders = versions
    .sort((one, other) => Number(other) - Number(one))
    .map((version) => join(byVersion, version, "bin"));
  for (const folder of [...folders, ""]) {
    const programs = { initdb: join(folder, "initdb"), postgres: join(folder, "postgres") };
    if (await allRun(programs)) return programs;
  }
  return undefined;
}

/** One line that says what this machine lacks to run PostgreSQL, or nothing where it lacks nothing. */
export async function missingPostgresql(): Promise<string | undefined> {
  if ((await postgresqlPrograms()) !== undefined) return undefined;
  return `PostgreSQL's server was not found (${NEEDED.join(" and ")}, below ${BY_VERSION} or on the path); on Debian: apt-get install postgresql`;
}

async function allRun(programs: Programs): Promise<boolean> {
  const answers = await Promise.allSettled(NEEDED.map((name) => run(programs[name], ["--version"])));
  return answers.every(({ status }) => status === "fulfilled");
}
