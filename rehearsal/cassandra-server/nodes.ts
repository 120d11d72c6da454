import { glob } from "node:fs/promises";
import { StillpointError } from "../../shared/errors/stillpoint-error.ts";
import type { CassandraNodes } from "../cassy/nodes.ts";
import { isListening } from "../scalardb-server/local-port.ts";
import type { CassandraCluster } from "./cassandra-cluster.ts";
import type { CassandraNode } from "./cassandra-node.ts";
import { nodeTool } from "./node-tool.ts";

/** What happens to a node, by its address, at the very moment when its snapshot is asked for. */
export type AtSnapshot = ReadonlyMap<string, () => Promise<void> | void>;

/** The nodes of a real cluster as Cassy asks them: over JMX, which here is Cassandra's own nodetool. */
export function nodesOf({ nodes }: CassandraCluster, atSnapshot: AtSnapshot = new Map()): CassandraNodes {
  const nodeAt = (address: string) => {
    const found = nodes.find((node) => node.address === address);
    if (found === undefined)
      throw new StillpointError("REHEARSAL_FAILED", `no Cassandra node has the address "${address}"`);
    return found;
  };
  // A second of Java each time: who asks for two things that one answer holds waits for one.
  const asked = new Map<string, Promise<string>>();
  const ask = (host: string, command: "describecluster" | "status") => {
    const key = `${command} ${host}`;
    const answer = asked.get(key) ?? nodeTool(nodeAt(host), [command]).finally(() => asked.delete(key));
    asked.set(key, answer);
    return answer;
  };
  return {
    clusterName: async (host) => clusterNameIn(await ask(host, "describecluster")),
    liveNodes: async (host) => nodesIn(await ask(host, "status"), /^U/),
    unsettledNodes: async (host) => nodesIn(await ask(host, "status"), /^(D|.[LJM])/),
    keyspaces: async (host) => keyspacesIn(await ask(host, "describecluster")),
    dataDir: (address) => nodeAt(address).dataDir,
    isUp: async (address) => isListening(nodeAt(address).settings.ports.jmx, address),
    takeSnapshot: async (address, id, keyspaces) => {
      await atSnapshot.get(address)?.();
      await takeSnapshot(nodeAt(address), id, keyspaces);
    },
  };
}

async function takeSnapshot(node: CassandraNode, id: string, keyspaces: readonly string[]): Promise<void> {
  if (await hasSnapshots(node.dataDir)) await nodeTool(node, ["clearsnapshot", "--all", "--", ...keyspaces]);
  await nodeTool(node, ["snapshot", "-t", id, "--", ...keyspaces]);
}

async function hasSnapshots(dataDir: string): Promise<boolean> {
  for await (const _ of glob("*/*/snapshots/*", { cwd: dataDir })) return true;
  return false;
}

/** `	Name: bank` among other lines. */
function clusterNameIn(described: string): string {
  const name = /^\s*Name: (.*)$/m.exec(described)?.[1];
  if (name === undefined) throw unread("describecluster", described);
  return name;
}

/** `UN  127.0.0.1  98.74 KiB ...` of a node that is up, and normal. */
function nodesIn(status: string, state: RegExp): readonly string[] {
  const rows = [...status.matchAll(/^([UD?][NLJM]) +(\S+)/gm)];
  if (rows.length === 0) throw unread("status", status);
  return rows.filter(([, found = ""]) => state.test(found)).map(([, , address]) => String(address));
}

/** `	app -> Replication class: SimpleStrategy {replication_factor=3}`. */
function keyspacesIn(described: string): readonly string[] {
  const keyspaces = [...described.matchAll(/^\s*(\w+) -> Replication class/gm)].map(([, name]) =>
    String(name),
  );
  if (keyspaces.length === 0) throw unread("describecluster", described);
  return keyspaces;
}

function unread(command: string, said: string): StillpointError {
  return new StillpointError("REHEARSAL_FAILED", `"nodetool ${command}" said what nobody expected: ${said}`);
}
