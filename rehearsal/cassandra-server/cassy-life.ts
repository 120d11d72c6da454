import { StillpointError } from "../../shared/errors/stillpoint-error.ts";
import { type Cassy, startCassy } from "../cassy/cassy.ts";
import type { ScalarDbWorld } from "../scalardb-server/world.ts";
import type { CassandraCluster } from "./cassandra-cluster.ts";
import { nodesOf } from "./nodes.ts";
import type { S3Mock } from "./s3mock.ts";

interface CassyParts {
  /** For its metadata. */
  readonly folder: string;
  readonly cluster: CassandraCluster;
  readonly scalardb: ScalarDbWorld;
  readonly s3: S3Mock;
}

/** S3Mock writes the list of a bucket's objects anew with each of them: some thousands take minutes. */
export const BUCKETS: readonly string[] = Array.from({ length: 9 }, (_, index) => `ledger-cassy-${index}`);
const CREDENTIALS = { accessKeyId: "local", secretAccessKey: "local" } as const;

/** Our Cassy on a real cluster, over its deaths. */
export class CassyLife {
  readonly #parts: CassyParts;
  /** By the address of a node: what happens to it at the very moment when its snapshot is asked for. */
  readonly atSnapshot = new Map<string, () => Promise<void> | void>();
  #running: Cassy | undefined;
  #port: number | undefined;
  #starts = 0;

  constructor(parts: CassyParts) {
    this.#parts = parts;
  }

  get running(): Cassy {
    if (this.#running === undefined) throw new StillpointError("REHEARSAL_FAILED", "Cassy is not running");
    return this.#running;
  }

  /** As the configuration file has it. */
  get bucket(): { readonly name: string; readonly endpoint: string; readonly region: string } {
    const { endpoint, region } = this.#parts.s3;
    return { name: BUCKETS[(this.#starts - 1) % BUCKETS.length] ?? "", endpoint, region };
  }

  /** On the port that it had, with what it had written down, and with the next bucket. */
  async restart(): Promise<void> {
    await this.close();
    this.#starts++;
    const { folder, cluster, scalardb } = this.#parts;
    const { name, ...where } = this.bucket;
    this.#running = await startCassy({
      folder,
      nodes: nodesOf(cluster, this.atSnapshot),
      s3: { ...where, bucket: name, credentials: CREDENTIALS },
      applications: scalardb.servers().map(({ host, port }) => ({ host, port })),
      ...(this.#port !== undefined && { port: this.#port }),
    });
    this.#port = this.#running.port;
  }

  async close(): Promise<void> {
    await this.#running?.close();
  }
}
