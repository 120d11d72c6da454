import { type CqlServer, serveCql } from "./cql-server.ts";
import { type Identity, identityOf, type NodeSettings } from "./identity.ts";
import type { LiveNode, Members } from "./members.ts";
import type { Served } from "./protocol/connection.ts";
import type { Prepared } from "./protocol/prepared.ts";
import { NodeStorage } from "./storage/node-storage.ts";

/** A node that is up. */
export interface RunningNode extends LiveNode {
  readonly identity: Identity;
  readonly server: CqlServer;
  stop(): Promise<void>;
}

export interface NodeOptions extends NodeSettings {
  readonly folder: string;
  readonly members: Members;
  readonly credentials?: Served["credentials"];
}

/** Reads the node's folders, lets it join, and only then serves clients. */
export async function startNode(
  options: NodeOptions,
  join: (storage: NodeStorage) => void,
): Promise<RunningNode> {
  const { folder, members, address, port, credentials } = options;
  const storage = new NodeStorage(folder);
  try {
    join(storage);
    const identity = identityOf(storage, options);
    const coordinator: LiveNode = { address, storage };
    const prepared = new Map<string, Prepared>();
    const served: Served = {
      session: { members, coordinator },
      prepared,
      ...(credentials && { credentials }),
    };
    const server = await serveCql(address, port, served);
    const stop = async () => {
      await server.close();
      storage.close();
    };
    return { address, storage, identity, server, stop };
  } catch (error) {
    storage.close();
    throw error;
  }
}
