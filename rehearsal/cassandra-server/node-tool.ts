import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { resolveJars } from "../scalardb-server/jars.ts";
import { runJava } from "../scalardb-server/java-process.ts";
import type { CassandraNode } from "./cassandra-node.ts";
import { ON_JAVA_17, SMALL_JVM } from "./jvm-options.ts";

const LOGGING = fileURLToPath(new URL("./logback.xml", import.meta.url));
const JVM = [...SMALL_JVM, ...ON_JAVA_17, "-Xmx64m", `-Dlogback.configurationFile=${LOGGING}`];
const MAIN = "org.apache.cassandra.tools.NodeTool";
const LIMIT_MS = 60_000;
let runs = 0;

/** Runs Cassandra's own `nodetool` against a node and answers what it printed: a second of Java each time. */
export async function nodeTool(
  { address, settings: { home, ports } }: CassandraNode,
  args: readonly string[],
): Promise<string> {
  const { lib } = await resolveJars("cassandra");
  const place = ["-h", address, "-p", String(ports.jmx)];
  const name = `nodetool-${++runs}-${args[0]}`;
  return runJava({ name, lib, main: MAIN, args: [...place, ...args], jvm: JVM, dir: home }, LIMIT_MS);
}

/** A `nodetool` for the shell, as an installed Cassandra has one; answers its path. */
export async function writeNodeTool(dir: string): Promise<string> {
  const { lib } = await resolveJars("cassandra");
  const path = join(dir, "nodetool");
  const java = ["java", ...JVM, "-cp", join(lib, "*"), MAIN].map((part) => `'${part}'`).join(" ");
  await writeFile(path, `#!/bin/sh\nexec ${java} "$@"\n`);
  await chmod(path, 0o755);
  return path;
}
