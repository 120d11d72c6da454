import { mkdir, readdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { StillpointError } from "../../shared/errors/stillpoint-error.ts";
import type { LocalProcess } from "../local-process.ts";
import { resolveJars } from "../scalardb-server/jars.ts";
import { startJava } from "../scalardb-server/java-process.ts";
import { ON_JAVA_17, SMALL_JVM } from "./jvm-options.ts";
import { FOLDERS, type NodeSettings, nodeYaml } from "./node-yaml.ts";

const LOGGING = fileURLToPath(new URL("./logback.xml", import.meta.url));
/** Three at once on two busy cores take 20 s. */
const START_LIMIT_MS = 120_000;

/** One node of a cluster, over its stops and starts. */
export class CassandraNode {
  readonly settings: NodeSettings;
  #process: LocalProcess | undefined;
  #setAside = 0;

  constructor(settings: NodeSettings) {
    this.settings = settings;
  }

  get address(): string {
    return this.settings.address;
  }

  get dataDir(): string {
    return join(this.settings.home, "data");
  }

  /** Its process, which runs. */
  get process(): LocalProcess {
    if (this.#process === undefined)
      throw new StillpointError("REHEARSAL_FAILED", `the Cassandra node "${this.address}" is not running`);
    return this.#process;
  }

  /** Starts on the files that are there, or on none, and waits until it takes statements. */
  async start(): Promise<void> {
    if (this.#process !== undefined) return;
    const process = await launch(this.settings);
    this.#process = process;
    try {
      await process.ready(/Starting listening for CQL clients/, START_LIMIT_MS);
    } catch (error) {
      await this.kill();
      throw error;
    }
  }

  /** What was written stays: the commit log has it. */
  async kill(): Promise<void> {
    const process = this.#process;
    this.#process = undefined;
    await process?.kill();
  }

  /** Moves all files of a node that was stopped into a folder beside them, as an operator does; answers which. */
  async setFilesAside(): Promise<string> {
    if (this.#process !== undefined)
      throw new StillpointError("REHEARSAL_FAILED", `the Cassandra node "${this.address}" is running`);
    const { home } = this.settings;
    const aside = join(home, `aside-${++this.#setAside}`);
    await mkdir(aside);
    for (const name of await readdir(home)) {
      if (FOLDERS.includes(name)) await rename(join(home, name), join(aside, name));
    }
    await mkdir(this.dataDir);
    return aside;
  }
}

async function launch(node: NodeSettings): Promise<LocalProcess> {
  const { lib } = await resolveJars("cassandra");
  const { address, home, ports } = node;
  const yaml = join(home, "cassandra.yaml");
  await mkdir(home, { recursive: true });
  await writeFile(yaml, nodeYaml(node));
  const jvm = [
    ...SMALL_JVM,
    ...ON_JAVA_17,
    "-Xmx256m",
    `-javaagent:${join(lib, "jamm-0.3.2.jar")}`,
    "-Dcassandra-foreground=yes",
    `-Dlogback.configurationFile=${LOGGING}`,
    `-Dcassandra.config=${pathToFileURL(yaml)}`,
    `-Dcassandra.storagedir=${home}`,
    // Twice this long it looks for the others when it starts; none of it is waited for once they are found.
    "-Dcassandra.ring_delay_ms=5000",
    "-Dcassandra.skip_wait_for_gossip_to_settle=0",
    ...jmx(address, ports.jmx),
  ];
  const main = "org.apache.cassandra.service.CassandraDaemon";
  return startJava({ name: `cassandra-${address}`, lib, main, args: [], jvm, dir: home });
}

/** As Cassy needs it: without a user. */
function jmx(address: string, port: number): readonly string[] {
  return [
    `-Dcom.sun.management.jmxremote.host=${address}`,
    `-Dcom.sun.management.jmxremote.port=${port}`,
    `-Dcom.sun.management.jmxremote.rmi.port=${port}`,
    "-Dcom.sun.management.jmxremote.authenticate=false",
    "-Dcom.sun.management.jmxremote.ssl=false",
    `-Djava.rmi.server.hostname=${address}`,
  ];
}
