import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { LocalProcess } from "../local-process.ts";
import { resolveJars } from "../scalardb-server/jars.ts";
import { startJava } from "../scalardb-server/java-process.ts";
import { freePort } from "../scalardb-server/local-port.ts";

const START_LIMIT_MS = 90_000;
const PORT_TRIES = 3;

/** Adobe's S3Mock: an S3 that keeps its objects in a folder. It listens on this machine's loop only. */
export interface S3Mock {
  readonly endpoint: string;
  readonly region: "us-east-1";
  readonly process: LocalProcess;
}

export async function startS3Mock(dir: string, buckets: readonly string[]): Promise<S3Mock> {
  const { lib } = await resolveJars("s3mock");
  await mkdir(join(dir, "s3"), { recursive: true });
  for (let tries = 1; ; tries++) {
    const port = await freePort();
    const process = launch(dir, port, lib, buckets);
    try {
      await process.ready(/Started S3MockApplication/, START_LIMIT_MS);
      return { endpoint: `http://127.0.0.1:${port}`, region: "us-east-1", process };
    } catch (error) {
      await process.kill();
      const taken = /already in use/.test(await process.log());
      if (!taken || tries === PORT_TRIES) throw error;
    }
  }
}

function launch(dir: string, port: number, lib: string, buckets: readonly string[]): LocalProcess {
  return startJava({
    name: `s3mock-${port}`,
    lib,
    main: "org.springframework.boot.loader.launch.JarLauncher",
    args: [
      "--server.address=127.0.0.1",
      // Of its TLS: anyone.
      "--server.port=0",
      `--com.adobe.testing.s3mock.httpPort=${port}`,
      `--com.adobe.testing.s3mock.store.initialBuckets=${buckets.join(",")}`,
      `--com.adobe.testing.s3mock.store.root=${join(dir, "s3")}`,
    ],
    jvm: ["-Xmx200m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"],
    dir,
  });
}
