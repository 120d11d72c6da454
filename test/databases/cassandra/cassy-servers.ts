import type { ServerHttp2Stream } from "node:http2";
import type { ServiceImpl } from "@connectrpc/connect";
import { onTestFinished } from "vitest";
import { serveGrpc } from "../../../rehearsal/grpc-server.ts";
import type { Cassy } from "../../../shared/databases/cassandra/cassy.ts";
import { openCassy } from "../../../shared/databases/cassandra/open-cassy.ts";
import { Cassy as CassyService, OperationStatus } from "../../../shared/gen/cassy_pb.ts";
import { scriptedServer } from "../../admin/scripted-server.ts";

export const TAKE = { clusterId: "ledger-1", type: "node", withinMs: 10_000 } as const;
export const RESTORE = { clusterId: "ledger-1", snapshotId: "s", type: "node", nodes: ["10.0.0.1"] } as const;
export const STARTED = {
  status: OperationStatus.STARTED,
  clusterId: "ledger-1",
  targetIps: ["10.0.0.1"],
  snapshotId: "s",
  createdAt: 1_700_000_000_123n,
  backupType: 2,
};

export function clientOf(at: { readonly host?: string; readonly port: number }): Cassy {
  const client = openCassy({ host: "127.0.0.1", ...at });
  onTestFinished(() => client.close());
  return client;
}

/** A client of a Cassy that answers as the test says. */
export async function answering(service: Partial<ServiceImpl<typeof CassyService>>): Promise<Cassy> {
  const server = await serveGrpc((router) => router.service(CassyService, service), {
    host: "127.0.0.1",
    port: 0,
  });
  onTestFinished(() => server.close());
  return clientOf(server);
}

/** A client of an HTTP/2 server that answers each stream as the test says. */
export async function scripted(answer: (stream: ServerHttp2Stream) => void): Promise<Cassy> {
  const server = await scriptedServer(answer);
  onTestFinished(() => server.close());
  return clientOf(server.instance);
}
