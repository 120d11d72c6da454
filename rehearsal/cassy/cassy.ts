import { S3Client } from "@aws-sdk/client-s3";
import type { ConnectRouter } from "@connectrpc/connect";
import { Cassy as CassyService } from "../../shared/gen/cassy_pb.ts";
import { serveGrpc } from "../grpc-server.ts";
import { listBackups, takeBackup } from "./backups.ts";
import { listClusters, onTheWire, registerCluster } from "./clusters.ts";
import { CommandQueue } from "./command-queue.ts";
import { Faults, type Method } from "./faults.ts";
import { Life } from "./life.ts";
import { Metadata } from "./metadata.ts";
import type { CassandraNodes } from "./nodes.ts";
import { type Application, Pauser } from "./pauser.ts";
import { listRestoreStatuses, restoreBackup } from "./restores.ts";
import { internal, type World } from "./world.ts";

export interface CassyOptions {
  /** A free one where absent. */
  readonly port?: number;
  /** For its metadata, which outlives it. */
  readonly folder: string;
  readonly nodes: CassandraNodes;
  readonly s3: {
    readonly endpoint: string;
    readonly bucket: string;
    readonly region: string;
    /** Those of the environment where absent. */
    readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  };
  /** What it pauses for snapshots of the cluster. */
  readonly applications: readonly Application[];
  readonly faults?: Faults;
}

export interface Cassy {
  readonly host: string;
  readonly port: number;
  readonly faults: Faults;
  /** As `kill`, and resolves only when nothing of it touches a file or the bucket any more. */
  close(): Promise<void>;
  /** Ends it wherever it is: nothing more is done, least of all an unpause. */
  kill(): Promise<void>;
}

const HOST = "127.0.0.1";

/** A stand-in for Cassy as it was seen to work, and not to. */
export async function startCassy(options: CassyOptions): Promise<Cassy> {
  const { folder, nodes, applications, faults = new Faults() } = options;
  const { endpoint, bucket, region, credentials } = options.s3;
  const life = new Life();
  const metadata = new Metadata(folder);
  const pauser = new Pauser(applications, faults, life);
  const s3 = new S3Client({ endpoint, region, forcePathStyle: true, ...(credentials && { credentials }) });
  const queue = new CommandQueue(metadata, faults, life);
  const world: World = { nodes, metadata, queue, pauser, faults, life, s3, bucket };
  const server = await serveGrpc((router) => serve(router, world), { host: HOST, port: options.port ?? 0 });
  const kill = async () => {
    life.end();
    pauser.cut();
    s3.destroy();
    await server.close();
  };
  const close = async () => {
    await kill();
    await life.settled();
  };
  return { host: server.host, port: server.port, faults, kill, close };
}

/** Who asked may be gone before the end, of which no call takes notice. */
function serve(router: ConnectRouter, world: World): void {
  const refuseWordless = (method: Method) => {
    if (world.faults.wordless.has(method)) throw internal();
  };
  router.service(CassyService, {
    async registerCluster({ cassandraHost }) {
      refuseWordless("RegisterCluster");
      return onTheWire(await registerCluster(world, cassandraHost));
    },
    listClusters(request) {
      refuseWordless("ListClusters");
      return listClusters(world, request);
    },
    listBackups(request) {
      refuseWordless("ListBackups");
      return listBackups(world, request);
    },
    takeBackup(request) {
      refuseWordless("TakeBackup");
      return takeBackup(world, request);
    },
    restoreBackup(request) {
      refuseWordless("RestoreBackup");
      return restoreBackup(world, request);
    },
    listRestoreStatuses: (request) => listRestoreStatuses(world, request),
  });
}
