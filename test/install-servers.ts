import { spawnSync } from "node:child_process";
import { missingMariadb } from "../rehearsal/servers/mariadb-server.ts";
import { missingPrograms } from "../rehearsal/servers/missing-programs.ts";
import { missingPostgresql } from "../rehearsal/servers/postgresql-programs.ts";

/**
 * Installs the servers that tests start, where they are missing and this is root on a Debian. Elsewhere a line each says
 * what is missing and how to get it.
 */
const lacking = [
  { missing: await missingPostgresql(), packages: ["postgresql"] },
  { missing: await missingMariadb(), packages: ["mariadb-server", "mariadb-client"] },
  { missing: await missingPrograms("Quick compression", ["zstd"], ["zstd"]), packages: ["zstd"] },
  {
    missing: await missingPrograms("A recipe of docs/commands.md", ["sqlite3"], ["sqlite3"]),
    packages: ["sqlite3"],
  },
].filter(({ missing }) => missing !== undefined);

if (lacking.length > 0 && !installed(lacking.flatMap(({ packages }) => packages)))
  for (const { missing } of lacking) console.log(`Not all tests can be run: ${missing}`);

function installed(packages: readonly string[]): boolean {
  if (process.getuid?.() !== 0) return false;
  console.log(`Installing ${packages.join(", ")}`);
  return aptGet("update", "-q") && aptGet("install", "-q", "-y", "--no-install-recommends", ...packages);
}

/** False too where there is no such program. */
function aptGet(...args: readonly string[]): boolean {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  return spawnSync("apt-get", args, { stdio: "inherit", env }).status === 0;
}
