import type { Mode } from "../mode.ts";
import type { PlanFrame } from "../plan-frame.ts";
import type { CapturedCassandra, CassySnapshot, ClusterNode, NodeUpload } from "./captured.ts";

/** A snapshot of which every file was seen in the bucket. */
export type CompleteCluster = CapturedCassandra & {
  readonly snapshot: CassySnapshot;
  readonly uploads: readonly NodeUpload[];
};

/** One cluster to restore, with everything that the steps need. */
export interface PlannedCluster {
  /** Its name in the configuration. */
  readonly database: string;
  readonly atSecond: number;
  readonly original: CompleteCluster;
  /** `host:port` of Cassy by today's configuration. */
  readonly cassy: string;
  /** `bucket "ledger-cassy"`, by today's configuration. */
  readonly bucket: string;
  /** Increments that Cassy has of the snapshot; they are not restored. */
  readonly increments: number;
  /** Whether the cluster answered when the restore was planned. */
  readonly answered: boolean;
}

/** Everything that a restore of snapshots by Cassy will do. */
export interface CassandraPlan extends PlanFrame {
  readonly kind: "cassandra";
  /** Never side by side: Cassy restores to the nodes' own directories. */
  readonly mode: Mode;
  readonly clusters: readonly PlannedCluster[];
  /** Whether the pause was somebody else's, so that nothing but what was seen speaks for it. */
  readonly observed: boolean;
}

/** Nodes of one cluster that Cassy is asked for. */
export interface NodesOfCluster {
  readonly cluster: PlannedCluster;
  /** Addresses. */
  readonly nodes: readonly string[];
}

/** `undefined` where the point has no snapshot, or not all of one. */
export function completeOf(captured: CapturedCassandra): CompleteCluster | undefined {
  const { snapshot, uploads } = captured;
  if (snapshot === undefined || uploads === undefined) return undefined;
  const isWhole = captured.nodes.every(({ address }) => uploads.some((each) => each.address === address));
  return isWhole ? { ...captured, snapshot, uploads } : undefined;
}

export function addressesOf(nodes: readonly Pick<ClusterNode, "address">[]): readonly string[] {
  return nodes.map(({ address }) => address);
}
