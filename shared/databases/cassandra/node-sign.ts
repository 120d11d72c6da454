import { StillpointError } from "../../errors/stillpoint-error.ts";
import type { ClusterNode } from "../../restore/cassandra/captured.ts";

/** What a node says, or does not, of whether Cassandra runs on it. */
export interface NodeSign {
  readonly address: string;
  readonly sign: "answers" | "stopped" | "unknown";
  readonly why: string;
}

interface Ports {
  readonly cqlPort: number;
  /** Asked besides; by default those of the nodes among themselves and of JMX. */
  readonly ports?: readonly number[];
}

export async function nodeSigns(
  _nodes: readonly Pick<ClusterNode, "address" | "cqlAddress">[],
  _of: Ports,
): Promise<readonly NodeSign[]> {
  throw new StillpointError("INTERNAL", "no node is asked yet");
}
