import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { PEERS, type Peer, peersToResolve } from "./jars.ts";

const run = promisify(execFile);
const VERSION_LIMIT_MS = 30_000;
const JAVA_AT_LEAST = 17;

/** One line that says what this machine lacks to run these peers, or nothing where it lacks nothing. */
export async function missingTools(peers: readonly Peer[] = PEERS): Promise<string | undefined> {
  const [java, maven, unresolved] = await Promise.all([javaVersion(), hasMaven(), peersToResolve(peers)]);
  const missing = [
    java === undefined ? `Java ${JAVA_AT_LEAST} ("java" was not found)` : undefined,
    java !== undefined && java < JAVA_AT_LEAST
      ? `Java ${JAVA_AT_LEAST} ("java" is version ${java})`
      : undefined,
    !maven && unresolved.length > 0 ? 'Maven ("mvn" was not found)' : undefined,
  ].filter((part) => part !== undefined);
  if (missing.length === 0) return undefined;
  return `ScalarDB Server needs ${missing.join(" and ")}; on Debian: apt-get install openjdk-17-jre-headless maven`;
}

async function javaVersion(): Promise<number | undefined> {
  // Java prints its version to stderr: `openjdk version "17.0.15" 2025-04-15`.
  const said = await run("java", ["-version"], { timeout: VERSION_LIMIT_MS }).then(
    ({ stderr }) => stderr,
    () => "",
  );
  const major = /version "(\d+)/.exec(said)?.[1];
  return major === undefined ? undefined : Number(major);
}

async function hasMaven(): Promise<boolean> {
  return run("mvn", ["--version"], { timeout: VERSION_LIMIT_MS }).then(
    () => true,
    () => false,
  );
}
