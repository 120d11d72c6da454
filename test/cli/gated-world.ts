import { type RehearsalDynamodb, startDynamodb } from "../../rehearsal/dynamodb/dynamodb.ts";
import { type AdminServer, serveAdmin } from "../../rehearsal/ledger/admin-server.ts";
import { ruin } from "../../rehearsal/ledger/disaster.ts";
import { dynamodbClient } from "../../rehearsal/ledger/endpoint.ts";
import { Gate } from "../../rehearsal/ledger/gate.ts";
import { openLedger } from "../../rehearsal/ledger/open-ledger.ts";
import { prefixed } from "../../rehearsal/ledger/totals.ts";
import { configured } from "./stillpoint.ts";

const SEED = "cli";
const PREFIX = "prod_";
/** A restore takes a moment, and no more. */
const PACE = {
  latestDelayMs: 200,
  restoreLeastMs: 50,
  restoreMostMs: 100,
  createTableMs: 5,
  deleteTableMs: 5,
  continuousBackupsUnavailableMs: 5,
};

export interface GatedWorld extends AsyncDisposable {
  readonly config: string;
  readonly dynamodb: RehearsalDynamodb;
  readonly folder: string;
  /** The DynamoDB that holds the tables. */
  readonly endpoint: { readonly url: string; readonly region: string };
  /** One per instance, within reach of the test. */
  readonly gates: readonly Gate[];
  readonly addresses: readonly string[];
  /** Nothing listens any more, as when the instances were stopped. */
  stopInstances(): Promise<void>;
  /** At the same addresses. */
  startInstances(): Promise<void>;
  /** Half of the assets are overwritten or deleted, past the ledger. */
  ruin(): Promise<void>;
}

export interface Configuring {
  /** Settings of the deployment beside those of this world. */
  readonly deployment?: object;
  /** Sections beside the deployments. */
  readonly more?: object | ((endpoint: GatedWorld["endpoint"]) => object);
}

/** A ledger's tables on a DynamoDB with point-in-time recovery, and two instances that are no more than their gates. */
export async function gatedWorld({ deployment = {}, more = {} }: Configuring = {}): Promise<GatedWorld> {
  const dynamodb = await startDynamodb({ seed: SEED, pace: PACE });
  const endpoint = { url: dynamodb.endpoint, region: dynamodb.region };
  await openLedger({ endpoint, prefix: PREFIX, seed: SEED, assets: 6, balance: 100 });
  const gates = [new Gate("scalardl-3.14"), new Gate("scalardl-3.14")];
  let servers = await Promise.all(gates.map((gate) => serveAdmin(gate, { host: "127.0.0.1", port: 0 })));
  const addresses = servers.map(({ host, port }) => `${host}:${port}`);
  const payments = {
    components: { ledger: { kind: "ledger", instances: addresses } },
    pause: { drainWait: "8s", longest: "20s", rpcDeadline: "2s" },
    databases: {
      main: { kind: "dynamodb", region: endpoint.region, endpoint: endpoint.url, prefix: PREFIX },
    },
    objective: "26h",
    ...deployment,
  };
  const sections = typeof more === "function" ? more(endpoint) : more;
  const folder = await configured({ payments }, undefined, sections);
  const stopInstances = async () => {
    await Promise.all(servers.splice(0).map((server: AdminServer) => server.close()));
  };
  const startInstances = async () => {
    servers = await Promise.all(gates.map((gate, nth) => serveAdmin(gate, placeOf(addresses[nth]))));
  };
  const ruinAssets = async () => {
    const client = dynamodbClient(endpoint);
    await ruin(client, prefixed(PREFIX), { seed: SEED, share: 0.5 });
    client.destroy();
  };
  return {
    ruin: ruinAssets,
    config: folder.config,
    dynamodb,
    folder: folder.folder,
    endpoint,
    gates,
    addresses,
    stopInstances,
    startInstances,
    [Symbol.asyncDispose]: async () => {
      await stopInstances();
      await dynamodb.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}

function placeOf(address = ""): { readonly host: string; readonly port: number } {
  const [host = "", port = ""] = address.split(":");
  return { host, port: Number(port) };
}
