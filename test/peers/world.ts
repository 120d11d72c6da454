import { rm } from "node:fs/promises";
import { type RehearsalDynamodb, startDynamodb } from "../../rehearsal/dynamodb/dynamodb.ts";
import { type DynamodbLocal, startDynamodbLocal } from "../../rehearsal/scalardb-server/dynamodb-local.ts";
import {
  type ScalarDbWorld,
  type StartTimes,
  startScalarDbWorld,
} from "../../rehearsal/scalardb-server/world.ts";
import type { Instance } from "../../shared/pause/instance.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/** The bank on real ScalarDB Servers, over Amazon's DynamoDB Local with our point-in-time recovery in between. */
export interface PeersWorld extends AsyncDisposable {
  readonly dynamodb: RehearsalDynamodb;
  readonly scalardb: ScalarDbWorld;
  /** Its logs and properties files. */
  readonly dir: string;
  instances(): readonly Instance[];
  close(): Promise<void>;
}

/** Before the name of every table. */
export const PREFIX = "peers_";

export interface PeersWorldOptions {
  readonly servers: number;
  readonly accounts: number;
}

export async function startPeersWorld({ servers, accounts }: PeersWorldOptions): Promise<PeersWorld> {
  await using started = new AsyncDisposableStack();
  const dir = await temporaryFolder();
  started.defer(() => rm(dir, { recursive: true, force: true }));
  const startedMs = performance.now();
  const local: DynamodbLocal = await startDynamodbLocal(dir);
  const localMs = performance.now() - startedMs;
  started.defer(() => local.process.kill());
  const dynamodb = await startDynamodb({ backend: local.endpoint });
  started.defer(() => dynamodb.close());
  const storage = { endpoint: dynamodb.endpoint, region: dynamodb.region, prefix: PREFIX };
  const scalardb = await startScalarDbWorld({
    storage,
    dir,
    servers,
    accounts,
    settings: "with-pitr-and-scaling",
  });
  started.defer(() => scalardb.close());
  tell({ "DynamoDB Local": localMs, ...namesOf(scalardb.took, servers) });
  const owned = started.move();
  const close = () => owned.disposeAsync();
  return {
    dynamodb,
    scalardb,
    dir,
    instances: () => instancesOf(scalardb),
    close,
    [Symbol.asyncDispose]: close,
  };
}

function instancesOf(scalardb: ScalarDbWorld): readonly Instance[] {
  return scalardb.servers().map(({ host, port }) => ({ component: "scalardb-server", host, port }));
}

function namesOf({ tablesMs, serversMs, accountsMs }: StartTimes, servers: number): Record<string, number> {
  return { "schema loader": tablesMs, [`${servers} servers beside it`]: serversMs, accounts: accountsMs };
}

/** A record of what the start of the peers costs. */
function tell(took: Record<string, number>): void {
  const parts = Object.entries(took).map(([what, ms]) => `${what} ${(ms / 1000).toFixed(1)} s`);
  console.log(`Started: ${parts.join(", ")}`);
}
