import { fileURLToPath } from "node:url";
import { resolveJars } from "../../../rehearsal/scalardb-server/jars.ts";
import { runJava, startJava } from "../../../rehearsal/scalardb-server/java-process.ts";
import { freePort } from "../../../rehearsal/scalardb-server/local-port.ts";
import { type Storage, writeProperties } from "../../../rehearsal/scalardb-server/properties.ts";
import type { ScalarDbServer } from "../../../rehearsal/scalardb-server/scalardb-server.ts";

/** Java compiles it when it starts. */
const SOURCE = fileURLToPath(new URL("./LibraryServer.java", import.meta.url));
const START_LIMIT_MS = 90_000;
const JVM = ["-Xmx400m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Dsun.net.httpserver.nodelay=true"];

/** As a ScalarDL Ledger sets its ScalarDB, with the write sets logged. */
const AS_A_LEDGER = {
  "scalar.db.consensus_commit.isolation_level": "SERIALIZABLE",
  "scalar.db.consensus_commit.coordinator.write_omission_on_read_only.enabled": "false",
  "scalar.db.consensus_commit.coordinator.write_set_logging.enabled": "true",
};

interface LibraryOptions {
  readonly storage: Storage;
  /** Where its properties file and its log are kept. */
  readonly dir: string;
}

/** Has the library bring the coordinator's table, which an older schema loader has created, up to itself. */
export async function repairCoordinator(options: LibraryOptions): Promise<void> {
  const name = "repair-coordinator";
  await runJava(await programOf(options, name, "repair"), START_LIMIT_MS);
}

/** Starts a process with the library in it and waits until it listens; by default on a free port. */
export async function startLibraryServer(
  options: LibraryOptions,
  port: number | undefined,
): Promise<ScalarDbServer> {
  const own = port ?? (await freePort());
  const process = startJava(await programOf(options, `library-server-${own}`, String(own)));
  await process.ready(/listening on/, START_LIMIT_MS);
  return { host: "127.0.0.1", port: own, process };
}

async function programOf({ storage, dir }: LibraryOptions, name: string, what: string) {
  const { lib } = await resolveJars("scalardb");
  const config = await writeProperties(dir, name, storage, AS_A_LEDGER);
  return { name, lib, main: SOURCE, args: [config, what], jvm: JVM, dir };
}
