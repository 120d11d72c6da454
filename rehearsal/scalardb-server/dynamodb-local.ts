import type { LocalProcess } from "../local-process.ts";
import { resolveJars } from "./jars.ts";
import { startJava } from "./java-process.ts";
import { freePort } from "./local-port.ts";

const START_LIMIT_MS = 60_000;
const PORT_TRIES = 3;

/** Amazon's own DynamoDB Local, in memory: real transactions, no point-in-time recovery, no backups. */
export interface DynamodbLocal {
  readonly endpoint: string;
  readonly process: LocalProcess;
}

export async function startDynamodbLocal(dir: string): Promise<DynamodbLocal> {
  const { lib } = await resolveJars("dynamodb-local");
  for (let tries = 1; ; tries++) {
    const port = await freePort();
    const process = launch(dir, port, lib);
    try {
      // It prints its settings before it listens, and nothing after.
      await process.answers(port, START_LIMIT_MS);
      return { endpoint: `http://127.0.0.1:${port}`, process };
    } catch (error) {
      const taken = /Address already in use/.test(await process.log());
      if (!taken || tries === PORT_TRIES) throw error;
    }
  }
}

function launch(dir: string, port: number, lib: string): LocalProcess {
  return startJava({
    name: `dynamodb-local-${port}`,
    lib,
    main: "com.amazonaws.services.dynamodbv2.local.main.ServerRunner",
    args: ["-inMemory", "-sharedDb", "-disableTelemetry", "-port", String(port)],
    jvm: ["-Xmx400m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", `-Djava.library.path=${lib}`],
    dir,
  });
}
