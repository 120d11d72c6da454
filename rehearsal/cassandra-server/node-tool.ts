import { fileURLToPath } from "node:url";
import { resolveJars } from "../scalardb-server/jars.ts";
import { runJava } from "../scalardb-server/java-process.ts";
import type { CassandraNode } from "./cassandra-node.ts";
import { ON_JAVA_17, SMALL_JVM } from "./jvm-options.ts";

const LOGGING = fileURLToPath(new URL("./logback.xml", import.meta.url));
let runs = 0;

/** Runs Cassandra's own `nodetool` against a node and answers what it printed: a second of Java each time. */
export async function nodeTool(
  { address, settings: { home, ports } }: CassandraNode,
  args: readonly string[],
  limitMs = 60_000,
): Promise<string> {
  const { lib } = await resolveJars("cassandra");
  return runJava(
    {
      name: `nodetool-${++runs}-${args[0]}`,
      lib,
      main: "org.apache.cassandra.tools.NodeTool",
      args: ["-h", address, "-p", String(ports.jmx), ...args],
      jvm: [...SMALL_JVM, ...ON_JAVA_17, "-Xmx64m", `-Dlogback.configurationFile=${LOGGING}`],
      dir: home,
    },
    limitMs,
  );
}
