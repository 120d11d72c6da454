import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { type Cassy, startCassy } from "../../../rehearsal/cassy/cassy.ts";
import { serveAdmin } from "../../../rehearsal/ledger/admin-server.ts";
import { Gate } from "../../../rehearsal/ledger/gate.ts";
import { startS3 } from "../../../rehearsal/s3/s3.ts";
import type { CassyBucketSettings } from "../../../shared/config/config.ts";
import type { Cassy as CassyClient } from "../../../shared/databases/cassandra/cassy.ts";
import { openCassy } from "../../../shared/databases/cassandra/open-cassy.ts";
import { type FolderNodes, folderNodes } from "./folder-nodes.ts";

const BUCKET = "ledger-cassy";

export interface CassyWorld {
  readonly nodes: FolderNodes;
  readonly gates: readonly Gate[];
  /** `host:port` of each gate. */
  readonly applications: readonly string[];
  readonly cassy: Cassy;
  readonly client: CassyClient;
  readonly bucket: CassyBucketSettings;
  /** Keys of what is in the bucket, but for the metadata. */
  keys(): Promise<readonly string[]>;
  /** All that is in the bucket. */
  allKeys(): Promise<readonly string[]>;
  /** Where the bucket is. */
  readonly endpoint: string;
  /** Removes objects from the bucket. */
  lose(which: (key: string) => boolean): void;
  /** Another process on the same metadata, at another port. */
  restarted(): Promise<{ readonly cassy: Cassy; readonly client: CassyClient }>;
}

/** Three nodes, two applications, a bucket and Cassy, until the test has finished. */
export async function cassyWorld(): Promise<CassyWorld> {
  const folder = await mkdtemp(join(tmpdir(), "cassy-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const nodes = await folderNodes(join(folder, "data"));
  const s3 = await startS3({ buckets: [BUCKET] });
  onTestFinished(() => s3.close());
  const gates = [new Gate("scalardl-3.14"), new Gate("scalardl-3.14")];
  const admins = await Promise.all(gates.map((gate) => serveAdmin(gate, { host: "127.0.0.1", port: 0 })));
  onTestFinished(async () => {
    for (const admin of admins) await admin.close();
  });
  const start = async () => {
    const cassy = await startCassy({
      folder: join(folder, "metadata"),
      nodes,
      applications: admins.map(({ host, port }) => ({ host, port })),
      s3: {
        endpoint: s3.endpoint,
        bucket: BUCKET,
        region: "us-east-1",
        credentials: { accessKeyId: "nobody", secretAccessKey: "secret" },
      },
    });
    onTestFinished(() => cassy.close());
    const client = openCassy(cassy);
    onTestFinished(() => client.close());
    return { cassy, client };
  };
  const allKeys = async () => [...s3.bucket(BUCKET).objects.keys()].toSorted();
  return {
    nodes,
    gates,
    applications: admins.map(({ host, port }) => `${host}:${port}`),
    ...(await start()),
    bucket: { name: BUCKET, region: "us-east-1", endpoint: s3.endpoint },
    allKeys,
    keys: async () => (await allKeys()).filter((key) => !key.startsWith("metadata-backup/")),
    endpoint: s3.endpoint,
    lose: (which) => {
      const { objects } = s3.bucket(BUCKET);
      for (const key of [...objects.keys()].filter(which)) objects.delete(key);
    },
    restarted: start,
  };
}
