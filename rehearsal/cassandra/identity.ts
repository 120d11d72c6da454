import { createHash, randomBytes, randomUUID } from "node:crypto";
import { insertion } from "./keys.ts";
import type { RingNode } from "./ring.ts";
import type { Table } from "./schema.ts";
import type { NodeStorage } from "./storage/node-storage.ts";
import { seen, type Timestamp } from "./storage/rows.ts";
import { lineOf } from "./storage/update-line.ts";
import { SYSTEM_SCHEMA } from "./system-tables.ts";
import {
  inetValue,
  intValue,
  setValue,
  textsOf,
  textValue,
  uuidText,
  uuidValue,
  type Value,
} from "./value.ts";

const RELEASE_VERSION = "4.1.8";
const CQL_VERSION = "3.4.6";
const PARTITIONER = "org.apache.cassandra.dht.Murmur3Partitioner";
const RACK = "rack1";
const LOCAL_KEY = textValue("local");
const TOKENS_PER_NODE = 16;
const STORAGE_PORT = 7000;

/** What a node is to the others. One that starts on empty folders is a new one at an old address. */
export interface Identity extends RingNode {
  readonly hostId: string;
  readonly schemaVersion: string;
}

/** How a node is configured, whatever its folders say. */
export interface NodeSettings {
  readonly address: string;
  readonly port: number;
  readonly clusterName: string;
  readonly dataCenter: string;
}

function systemTable(name: string): Table {
  const table = SYSTEM_SCHEMA.get("system")?.tables.get(name);
  if (table === undefined) throw new Error(`no table system.${name}`);
  return table;
}

function savedLocal(storage: NodeStorage): ReadonlyMap<string, { readonly value: Buffer }> | undefined {
  const partition = storage.partition(systemTable("local"), LOCAL_KEY);
  const [row] = partition?.rows.values() ?? [];
  return partition && row && seen(partition, row)?.cells;
}

/** Refuses folders of another cluster, as Cassandra does. */
export function identityOf(storage: NodeStorage, { address, clusterName }: NodeSettings): Identity {
  const saved = savedLocal(storage);
  const savedName = saved?.get("cluster_name")?.value.toString("utf8");
  if (savedName !== undefined && savedName !== clusterName)
    throw new Error(`Saved cluster name ${savedName} != configured name ${clusterName}`);
  const hostId = saved?.get("host_id")?.value;
  const tokens = textsOf(saved?.get("tokens")?.value);
  return {
    address,
    hostId: hostId === undefined ? randomUUID() : uuidText(hostId),
    tokens: tokens.length === 0 ? newTokens() : tokens.map(BigInt),
    schemaVersion: schemaVersionOf(storage),
  };
}

function newTokens(): readonly bigint[] {
  return Array.from({ length: TOKENS_PER_NODE }, () => randomBytes(8).readBigInt64BE());
}

export function schemaVersionOf(storage: NodeStorage): string {
  const hash = createHash("md5");
  for (const { table, update } of storage.schemaUpdates())
    hash.update(JSON.stringify([table.name, lineOf(update)]));
  return uuidText(hash.digest());
}

/** Writes what a node knows of itself and of the others into its own tables. */
export function saveKnown(
  storage: NodeStorage,
  self: Identity,
  others: readonly Identity[],
  settings: NodeSettings,
  at: Timestamp,
): void {
  const write = (name: string, values: Readonly<Record<string, Value>>) =>
    storage.write(systemTable(name), insertion(systemTable(name), values, at));
  write("local", localRow(self, settings));
  for (const other of others) {
    write("peers", {
      peer: inetValue(other.address),
      ...peerRow(other, settings),
      rpc_address: inetValue(other.address),
    });
    write("peers_v2", {
      peer: inetValue(other.address),
      peer_port: intValue(STORAGE_PORT),
      ...peerRow(other, settings),
      native_address: inetValue(other.address),
      native_port: intValue(settings.port),
    });
  }
}

function peerRow({ hostId, tokens, schemaVersion }: Identity, { dataCenter }: NodeSettings) {
  return {
    data_center: textValue(dataCenter),
    rack: textValue(RACK),
    host_id: uuidValue(hostId),
    release_version: textValue(RELEASE_VERSION),
    schema_version: uuidValue(schemaVersion),
    tokens: setValue(tokens.map(String)),
  };
}

function localRow(self: Identity, { clusterName, dataCenter, port, address }: NodeSettings) {
  return {
    ...peerRow(self, { clusterName, dataCenter, port, address }),
    key: LOCAL_KEY,
    bootstrapped: textValue("COMPLETED"),
    cluster_name: textValue(clusterName),
    cql_version: textValue(CQL_VERSION),
    native_protocol_version: textValue("4"),
    partitioner: textValue(PARTITIONER),
    broadcast_address: inetValue(address),
    broadcast_port: intValue(STORAGE_PORT),
    listen_address: inetValue(address),
    listen_port: intValue(STORAGE_PORT),
    rpc_address: inetValue(address),
    rpc_port: intValue(port),
  };
}
