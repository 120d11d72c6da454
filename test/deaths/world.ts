import { join } from "node:path";
import { startDynamodb } from "../../rehearsal/dynamodb/dynamodb.ts";
import { serveAdmin } from "../../rehearsal/ledger/admin-server.ts";
import type { Endpoint } from "../../rehearsal/ledger/endpoint.ts";
import { openLedger } from "../../rehearsal/ledger/open-ledger.ts";
import { type Catalog, catalogOver } from "../../shared/catalog/catalog.ts";
import { fileStore } from "../../shared/catalog/file-store.ts";
import type { PauseRecord } from "../../shared/catalog/model.ts";
import { configured, type Started, start } from "../cli/stillpoint.ts";
import { type TrueGate, trueGate } from "./true-gate.ts";

const PREFIX = "prod_";
const SEED = "deaths";
/** As short as the rules for a pause allow, so that a deadline can be waited for. */
export const PAUSE = { drainWait: "300ms", longest: "4s", rpcDeadline: "250ms", clockAllowance: "20ms" };

export interface Database extends AsyncDisposable {
  readonly endpoint: Endpoint;
}

/** The tables of a ledger, whose clock several worlds may ask. */
export async function startDatabase(): Promise<Database> {
  const dynamodb = await startDynamodb({ seed: SEED });
  const endpoint = { url: dynamodb.endpoint, region: dynamodb.region };
  await openLedger({ endpoint, prefix: PREFIX, seed: SEED, assets: 2, balance: 100 });
  return { endpoint, [Symbol.asyncDispose]: () => dynamodb.close() };
}

/** Instances that are no more than their gates, which know the truth. */
export interface Instances extends AsyncDisposable {
  readonly gates: readonly TrueGate[];
  readonly addresses: readonly string[];
}

export async function startInstances(): Promise<Instances> {
  const gates = [trueGate(), trueGate()];
  const servers = await Promise.all(
    gates.map(({ gate }) => serveAdmin(gate, { host: "127.0.0.1", port: 0 })),
  );
  return {
    gates,
    addresses: servers.map(({ host, port }) => `${host}:${port}`),
    [Symbol.asyncDispose]: async () => {
      await Promise.all(servers.map((server) => server.close()));
    },
  };
}

/** A configuration over them with a catalog of its own, and the command line in it. */
export interface World extends AsyncDisposable {
  readonly folder: string;
  readonly config: string;
  readonly catalog: Catalog;
  start(...words: string[]): Started;
  records(): Promise<readonly PauseRecord[]>;
}

export async function startWorld(
  { endpoint: { url, region } }: Database,
  addresses: readonly string[],
  { pause = {}, catalog = "./catalog" }: { readonly pause?: object; readonly catalog?: string } = {},
): Promise<World> {
  const folder = await configured(
    {
      payments: {
        components: { ledger: { kind: "ledger", instances: addresses } },
        pause: { ...PAUSE, ...pause },
        databases: { main: { kind: "dynamodb", region, endpoint: url, prefix: PREFIX } },
      },
    },
    catalog,
  );
  const opened = catalogOver(fileStore(join(folder.folder, catalog)));
  return {
    ...folder,
    catalog: opened,
    start: (...words) => start(["-c", folder.config, ...words]),
    records: async () => (await opened.pauses.list()).records,
  };
}
