import { randomInt } from "node:crypto";
import { globSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { coordinatorClock } from "./clock.ts";
import { type Identity, saveKnown, schemaVersionOf } from "./identity.ts";
import type { Members } from "./members.ts";
import { freeNetwork, type Network } from "./network.ts";
import { type RunningNode, startNode } from "./node.ts";
import type { Served } from "./protocol/connection.ts";
import { inet, string } from "./protocol/notation.ts";
import { schemaChangeBody } from "./protocol/results.ts";
import { Ring } from "./ring.ts";
import { tableOf } from "./schema.ts";
import { dataFolderOf, type NodeStorage } from "./storage/node-storage.ts";
import { tableDefinition } from "./table-definition.ts";

export interface RehearsalCassandraOptions {
  /** Each node has a folder in it, called by its address. */
  readonly folder: string;
  readonly nodes?: number;
  /** A free one where absent. */
  readonly network?: Network;
  readonly clusterName?: string;
  readonly dataCenter?: string;
  /** Clients must log in, where they are given. */
  readonly credentials?: Served["credentials"];
}

/** A Cassandra cluster in this process, for CQL and for whoever copies its files. */
export interface RehearsalCassandra {
  readonly clusterName: string;
  readonly dataCenter: string;
  readonly addresses: readonly string[];
  /** Of CQL, the same on all addresses. */
  readonly port: number;
  /** With `data`, `commitlog`, `hints` and `saved_caches` in it. */
  nodeFolder(address: string): string;
  dataFolder(address: string): string;
  isUp(address: string): boolean;
  /** Starts a node on what its folders hold. */
  start(address: string): Promise<void>;
  /** Nothing is flushed: what was written is in the commit log. */
  stop(address: string): Promise<void>;
  /** Moves what a stopped node has kept to another folder, whose path it answers. */
  moveAside(address: string): string;
  /** All keyspaces, Cassandra's own among them. */
  keyspaces(address: string): readonly string[];
  /** What `nodetool flush` and `nodetool snapshot` do on one node. */
  flush(address: string): void;
  takeSnapshot(address: string, name: string, keyspaces: readonly string[]): void;
  clearSnapshots(address: string, keyspaces: readonly string[]): void;
  /** Removes what a stopped node has noted of indexes that are built, so that it builds them when it starts. */
  forgetIndexes(address: string): void;
  /** What `nodetool rebuild_index` does on one node. */
  rebuildIndex(address: string, keyspace: string, table: string, index: string): void;
  close(): Promise<void>;
}

export async function startCassandra(options: RehearsalCassandraOptions): Promise<RehearsalCassandra> {
  const { folder, nodes = 3, clusterName = "rehearsal", dataCenter = "dc1", credentials } = options;
  const { addresses, port } = options.network ?? (await freeNetwork(nodes));
  const cluster = new Cluster();
  const nodeFolder = (address: string) => join(folder, address);
  const start = (address: string) => {
    const settings = { address, port, clusterName, dataCenter };
    return cluster.start({
      ...settings,
      folder: nodeFolder(address),
      ...(credentials && { credentials }),
    });
  };
  const storageOf = (address: string) => cluster.running(address).storage;
  const close = async () => {
    for (const address of addresses) await cluster.stop(address);
  };
  try {
    for (const address of addresses) await start(address);
  } catch (error) {
    await close();
    throw error;
  }
  return {
    clusterName,
    dataCenter,
    addresses,
    port,
    nodeFolder,
    dataFolder: (address) => dataFolderOf(nodeFolder(address)),
    isUp: (address) => cluster.isUp(address),
    start,
    stop: (address) => cluster.stop(address),
    moveAside: (address) => {
      if (cluster.isUp(address)) throw new Error(`node ${address} is at work in its folders`);
      return movedAside(nodeFolder(address));
    },
    keyspaces: (address) => [...storageOf(address).schema.keys()],
    flush: (address) => storageOf(address).flush(),
    takeSnapshot: (address, name, keyspaces) => storageOf(address).snapshot(name, keyspaces, tableDefinition),
    forgetIndexes: (address) => {
      if (cluster.isUp(address)) throw new Error(`node ${address} is at work in its folders`);
      forgetIndexes(dataFolderOf(nodeFolder(address)));
    },
    rebuildIndex: (address, keyspace, table, index) => {
      const storage = storageOf(address);
      const found = tableOf(storage.schema, keyspace, table);
      for (const each of found.indexes) if (each.name === index) storage.buildIndex(found, each);
    },
    clearSnapshots: (address, keyspaces) => storageOf(address).clearSnapshots(keyspaces),
    close,
  };
}

function forgetIndexes(dataFolder: string): void {
  for (const name of globSync("system/IndexInfo-*", { cwd: dataFolder }))
    rmSync(join(dataFolder, name), { recursive: true });
}

function movedAside(folder: string): string {
  const aside = `${folder}.aside-${Date.now()}-${randomInt(1_000_000)}`;
  renameSync(folder, aside);
  mkdirSync(folder);
  return aside;
}

type StartOptions = Omit<Parameters<typeof startNode>[0], "members">;

/** Which nodes are up, and what they tell one another. */
class Cluster {
  readonly #running = new Map<string, RunningNode>();
  readonly #settings = new Map<string, StartOptions>();
  readonly #known = new Map<string, Identity>();
  readonly #clock = coordinatorClock();
  #ring = new Ring([]);
  readonly #members: Members = {
    live: () => [...this.#running.values()],
    ring: () => this.#ring,
    clock: this.#clock,
    schemaChanged: (change) => {
      this.#gossip();
      this.#tell("SCHEMA_CHANGE", schemaChangeBody(change));
    },
  };

  isUp(address: string): boolean {
    return this.#running.has(address);
  }

  running(address: string): RunningNode {
    const node = this.#running.get(address);
    if (node === undefined) throw new Error(`node ${address} is not up`);
    return node;
  }

  async start(options: StartOptions): Promise<void> {
    const { address, port } = options;
    if (this.isUp(address)) throw new Error(`node ${address} is up already`);
    const node = await startNode({ ...options, members: this.#members }, (storage) => this.#agree(storage));
    this.#running.set(address, node);
    this.#settings.set(address, options);
    this.#known.set(address, node.identity);
    this.#ring = new Ring([...this.#known.values()]);
    this.#gossip();
    this.#tell("STATUS_CHANGE", Buffer.concat([string("UP"), inet(address, port)]));
  }

  async stop(address: string): Promise<void> {
    const node = this.#running.get(address);
    if (node === undefined) return;
    this.#running.delete(address);
    await node.stop();
    const port = this.#settings.get(address)?.port ?? 0;
    this.#tell("STATUS_CHANGE", Buffer.concat([string("DOWN"), inet(address, port)]));
  }

  /** A node that comes gives its schema to the others and takes theirs. */
  #agree(storage: NodeStorage): void {
    const [other] = this.#running.values();
    if (other === undefined || schemaVersionOf(other.storage) === schemaVersionOf(storage)) return;
    storage.changeSchema(other.storage.schemaUpdates());
    for (const each of this.#running.values()) each.storage.changeSchema(storage.schemaUpdates());
  }

  #gossip(): void {
    for (const { address, storage, identity } of this.#running.values())
      this.#known.set(address, { ...identity, schemaVersion: schemaVersionOf(storage) });
    for (const { address, storage } of this.#running.values()) {
      const self = this.#known.get(address);
      const settings = this.#settings.get(address);
      const others = [...this.#known.values()].filter((each) => each.address !== address);
      if (self && settings) saveKnown(storage, self, others, settings, this.#clock());
    }
  }

  #tell(event: string, body: Buffer): void {
    for (const { server } of this.#running.values()) server.tell(event, body);
  }
}
