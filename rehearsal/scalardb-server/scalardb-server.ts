import type { LocalProcess } from "../local-process.ts";
import { resolveJars } from "./jars.ts";
import { startJava } from "./java-process.ts";
import { freePort } from "./local-port.ts";
import { type Storage, writeProperties } from "./properties.ts";

/** Three at once on two busy cores take 14 s. */
const START_LIMIT_MS = 90_000;
const PORT_TRIES = 3;

/** One ScalarDB Server: its transactions and its admin interface share one port. */
export interface ScalarDbServer {
  readonly host: "127.0.0.1";
  readonly port: number;
  readonly process: LocalProcess;
}

export interface ScalarDbServerOptions {
  readonly storage: Storage;
  /** Where its properties file and its log are kept. */
  readonly dir: string;
  /** The port of a server that is started again; otherwise a free one. */
  readonly port?: number;
}

/** Starts a ScalarDB Server and waits until it listens. */
export async function startScalarDbServer(options: ScalarDbServerOptions): Promise<ScalarDbServer> {
  const { lib } = await resolveJars("scalardb-server");
  for (let tries = 1; ; tries++) {
    const port = options.port ?? (await freePort());
    const process = await launch(options, port, lib);
    try {
      await process.ready(/listening on/, START_LIMIT_MS);
      return { host: "127.0.0.1", port, process };
    } catch (error) {
      // A free port can be taken by somebody else before Java binds it.
      const taken = options.port === undefined && /Address already in use/.test(await process.log());
      if (!taken || tries === PORT_TRIES) throw error;
    }
  }
}

async function launch(options: ScalarDbServerOptions, port: number, lib: string): Promise<LocalProcess> {
  const name = `scalardb-server-${port}`;
  const config = await writeProperties(options.dir, name, options.storage, {
    "scalar.db.server.port": port,
    "scalar.db.server.prometheus_exporter_port": -1,
    // By default it goes on listening for half a minute after SIGTERM.
    "scalar.db.server.decommissioning_duration_secs": 0,
  });
  const main = "com.scalar.db.server.ScalarDbServer";
  return startJava({ name, lib, main, args: ["--config", config], jvm: QUICK_JVM, dir: options.dir });
}

/** Small and quick to start rather than fast: the optimising compiler would fight the other servers for two cores. */
const QUICK_JVM = ["-Xmx400m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto"];
