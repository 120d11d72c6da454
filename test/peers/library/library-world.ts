import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startDynamodb } from "../../../rehearsal/dynamodb/dynamodb.ts";
import { startDynamodbLocal } from "../../../rehearsal/scalardb-server/dynamodb-local.ts";
import type { ScalarDbServer } from "../../../rehearsal/scalardb-server/scalardb-server.ts";
import { loadSchema, type SchemaLoad } from "../../../rehearsal/scalardb-server/schema-loader.ts";
import { type DeadlyWorld, PREFIX } from "../deadly-run.ts";
import { repairCoordinator, startLibraryServer } from "./library-server.ts";
import { openLibrary } from "./library-transactions.ts";

interface LibraryWorldOptions {
  readonly seed: string;
  readonly processes: number;
  readonly tables: SchemaLoad["tables"];
}

/** Processes with ScalarDB's newest library in them, over Amazon's DynamoDB Local with our layer in between. */
export async function startLibraryWorld(
  options: LibraryWorldOptions,
): Promise<DeadlyWorld & AsyncDisposable> {
  await using started = new AsyncDisposableStack();
  const dir = await mkdtemp(join(tmpdir(), "stillpoint-library-"));
  started.defer(() => rm(dir, { recursive: true, force: true, maxRetries: 3 }));
  const local = await startDynamodbLocal(dir);
  started.defer(() => local.process.kill());
  const dynamodb = await startDynamodb({ backend: local.endpoint, seed: options.seed });
  started.defer(() => dynamodb.close());
  const storage = { endpoint: dynamodb.endpoint, region: dynamodb.region, prefix: PREFIX };
  const servers: ScalarDbServer[] = [];
  started.defer(async () => void (await Promise.all(servers.map(({ process }) => process.kill()))));
  // Before the tables, so that a journal does not begin with a minute in which nothing happens.
  for (let index = 0; index < options.processes; index += 1)
    servers.push(await startLibraryServer({ storage, dir }, undefined));
  await loadSchema({ storage, dir, tables: options.tables, settings: "with-pitr-and-scaling" });
  await repairCoordinator({ storage, dir });
  const transactions = servers.map(openLibrary);
  const owned = started.move();
  return {
    dynamodb,
    now: () => dynamodb.now(),
    scalardb: {
      servers: () => servers,
      transactions: () => transactions,
      async crashServer(index) {
        const crashed = servers[index];
        if (crashed === undefined) return;
        await crashed.process.kill();
        servers[index] = await startLibraryServer({ storage, dir }, crashed.port);
      },
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
