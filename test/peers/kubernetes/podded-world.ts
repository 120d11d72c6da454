import { startDynamodb } from "../../../rehearsal/dynamodb/dynamodb.ts";
import { serveAdmin } from "../../../rehearsal/ledger/admin-server.ts";
import { Gate } from "../../../rehearsal/ledger/gate.ts";
import { openLedger } from "../../../rehearsal/ledger/open-ledger.ts";
import { configured } from "../../cli/stillpoint.ts";
import { accountWith, LEAST_RULES } from "./account.ts";
import { type LocalCluster, localCluster } from "./local-cluster.ts";
import { RELEASE, type ReleaseWorld, releaseWorld } from "./release-world.ts";

const SEED = "kubernetes";
const PREFIX = "prod_";
/** Pods have one port and an address each. */
const ADDRESSES = ["127.0.0.2", "127.0.0.3"] as const;

/** A ledger's tables, and its instances as pods of a release: gates at addresses of this machine. */
export interface PoddedWorld extends AsyncDisposable {
  readonly cluster: LocalCluster;
  /** What a configuration has to say of the tables, beside their kind. */
  readonly database: object;
  readonly config: string;
  /** The token of an account that has the least rights. */
  readonly token: string;
  /** Pods `ledger-1` and `ledger-2`, at their addresses. */
  readonly release: ReleaseWorld;
  readonly gates: readonly Gate[];
  stopInstances(): Promise<void>;
}

export async function poddedWorld(): Promise<PoddedWorld> {
  const cluster = await localCluster();
  const dynamodb = await startDynamodb({ seed: SEED });
  const endpoint = { url: dynamodb.endpoint, region: dynamodb.region };
  await openLedger({ endpoint, prefix: PREFIX, seed: SEED, assets: 4, balance: 100 });
  const gates = ADDRESSES.map(() => new Gate("scalardl-3.14"));
  const servers: Awaited<ReturnType<typeof serveAdmin>>[] = [];
  for (const [index, gate] of gates.entries()) {
    const host = ADDRESSES[index] ?? "";
    servers.push(await serveAdmin(gate, { host, port: servers[0]?.port ?? 0 }));
  }
  const release = await releaseWorld(cluster, servers[0]?.port ?? 0);
  for (const [index, address] of ADDRESSES.entries()) await release.addPod(`ledger-${index + 1}`, address);
  const token = await accountWith(cluster, release.namespace, LEAST_RULES);
  const database = { endpoint: endpoint.url, region: endpoint.region, prefix: PREFIX };
  const folder = await configured({ payments: deployment(cluster, release, database) });
  const stopInstances = async () => {
    await Promise.all(servers.splice(0).map((server) => server.close()));
  };
  return {
    cluster,
    database,
    config: folder.config,
    token,
    release,
    gates,
    stopInstances,
    [Symbol.asyncDispose]: async () => {
      await stopInstances();
      await dynamodb.close();
      await folder[Symbol.asyncDispose]();
      await cluster[Symbol.asyncDispose]();
    },
  };
}

function deployment({ endpoint, ca }: LocalCluster, { namespace }: ReleaseWorld, database: object): object {
  const access = { endpoint, ca: { file: ca }, token: { env: "KUBERNETES_TOKEN" } };
  return {
    components: { ledger: { instances: { kubernetes: { release: RELEASE, namespace, access } } } },
    pause: { drainWait: "8s", longest: "30s", rpcDeadline: "2s" },
    databases: { main: { kind: "dynamodb", ...database } },
  };
}
