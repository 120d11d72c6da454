import { quoted } from "../../errors/quoted.ts";
import type { Mode } from "../mode.ts";
import type { CapturedCassandra, ClusterNode } from "./captured.ts";
import { addressesOf, completeOf } from "./plan.ts";

/** What something answered, or why it did not. */
export type Asked<T> =
  | { readonly kind: "answered"; readonly answer: T }
  | { readonly kind: "silent"; readonly why: string };

/** What Cassy says of the snapshot. */
export interface KnownToCassy {
  /** Nodes that it had registered under the snapshot's id of the cluster; absent where it does not know that id. */
  readonly nodes?: readonly string[];
  /** Restores to the same nodes that have not ended, by what Cassy says; of whichever snapshot. */
  readonly underWay: readonly {
    readonly node: string;
    readonly snapshotId: string;
    readonly createdMs: number;
  }[];
  readonly increments: number;
}

/** One cluster of the point beside what is there now. */
export interface LookedAtCluster {
  readonly database: string;
  readonly atSecond: number;
  readonly captured: CapturedCassandra;
  /** Absent where the configuration names none. */
  readonly cassy?: { readonly address: string; readonly says: Asked<KnownToCassy> };
  /** What the bucket lacks of the snapshot, in sentences. */
  readonly bucket?: { readonly name: string; readonly missing: Asked<readonly string[]> };
  /** The nodes of the cluster today; it may be stopped, or lost. */
  readonly today: Asked<readonly ClusterNode[]>;
}

const NAMED_MOST = 10;

const ONLY_IN_PLACE =
  "Cassy restores to the nodes' own directories, so that there is nothing beside the original to look at: leave out --side-by-side. To look at a copy, restore the files by hand to another cluster, and name that in a configuration of its own for: stillpoint verify --live";

const ONLY_OBSERVED =
  "Cassy made its pause, and Stillpoint only watched: every instance was seen closed, and nothing proves that all were quiet at one and the same time. Where that is good enough, say so with --accept-observed; else choose a point whose basis is a window";

/** Why the restore cannot be carried out, whatever the clusters say. */
export function requestRefusals(
  mode: Mode,
  { observed, acceptObserved }: { readonly observed: boolean; readonly acceptObserved: boolean },
): readonly string[] {
  return [
    ...(mode === "side-by-side" ? [ONLY_IN_PLACE] : []),
    ...(observed && !acceptObserved ? [ONLY_OBSERVED] : []),
  ];
}

/** Why this cluster cannot be restored as things are; all reasons at once. */
export function refusals(looked: LookedAtCluster): readonly string[] {
  return [
    ...snapshotRefusals(looked),
    ...cassyRefusals(looked),
    ...bucketRefusals(looked),
    ...nodeRefusals(looked),
  ];
}

function* snapshotRefusals({ database, captured }: LookedAtCluster): Generator<string> {
  if (completeOf(captured) === undefined)
    yield `the point has no complete snapshot of database "${database}": its files were not all seen in the bucket`;
}

function* cassyRefusals({ database, captured, cassy }: LookedAtCluster): Generator<string> {
  const { snapshot } = captured;
  if (cassy === undefined)
    yield `the configuration names no Cassy for database "${database}", which would restore it`;
  if (cassy === undefined || snapshot === undefined) return;
  const { address, says } = cassy;
  if (says.kind === "silent") {
    yield `Cassy at "${address}" cannot be asked: ${says.why}`;
    return;
  }
  const { nodes, underWay } = says.answer;
  if (nodes === undefined) {
    yield `Cassy at "${address}" does not know cluster "${snapshot.clusterId}", which the snapshot was taken of: its metadata is not what it was then. Bring the metadata back (Cassy stores it in the bucket, too)`;
    return;
  }
  const strangers = addressesOf(captured.nodes).filter((node) => !nodes.includes(node));
  if (strangers.length > 0)
    yield `Cassy at "${address}" has not registered node ${quoted(strangers)} of the snapshot`;
  yield* underWayTexts(address, underWay);
}

export function underWayTexts(cassy: string, underWay: KnownToCassy["underWay"]): readonly string[] {
  const bySnapshot = Map.groupBy(underWay, ({ snapshotId }) => snapshotId);
  return [...bySnapshot].map(([snapshotId, of]) => underWayText(cassy, snapshotId, of));
}

function underWayText(cassy: string, snapshotId: string, underWay: KnownToCassy["underWay"]): string {
  const each = underWay.map(
    ({ node, createdMs }) => `"${node}" since ${new Date(createdMs).toISOString()} on its clock`,
  );
  return `Cassy at "${cassy}" says that it is restoring snapshot "${snapshotId}" already, on ${each.join(", ")}: wait until it has ended. ${endedUnseen(snapshotId)}`;
}

/** A Cassy that was killed, or that lost its way to a node, leaves a restore at STARTED for ever. */
export function endedUnseen(snapshotId: string): string {
  return `Where no process cassy-restore runs on these nodes any more (ps aux | grep cassy-restore), Cassy was killed or has lost its connection, and will never say so: then write that into its metadata, the SQLite file of its metadata_db_url: sqlite3 FILE "UPDATE restore_history SET status = 4 WHERE snapshot_id = '${snapshotId}' AND status IN (1, 2)"`;
}

function* bucketRefusals({ database, captured, bucket }: LookedAtCluster): Generator<string> {
  const { snapshot } = captured;
  if (bucket === undefined || snapshot === undefined) return;
  const { name, missing } = bucket;
  const elsewhere = name.includes(`"${snapshot.bucket}"`)
    ? ""
    : ` (the snapshot went to bucket "${snapshot.bucket}")`;
  if (missing.kind === "silent")
    yield `${name}${elsewhere} of database "${database}" cannot be read: ${missing.why}`;
  else if (missing.answer.length > 0)
    yield `${name}${elsewhere} does not hold all of snapshot "${snapshot.snapshotId}": ${boundedText(missing.answer)}`;
}

/** The first few, and how many there are besides. */
export function boundedText(sentences: readonly string[], most = NAMED_MOST): string {
  const more = sentences.length - most;
  return `${sentences.slice(0, most).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}

/** A cluster that does not answer may be stopped already, or be what was lost. */
function* nodeRefusals({ captured, today }: LookedAtCluster): Generator<string> {
  if (today.kind === "silent") return;
  const was = new Set(addressesOf(captured.nodes));
  const is = new Set(addressesOf(today.answer));
  const come = [...is].filter((address) => !was.has(address));
  const gone = [...was].filter((address) => !is.has(address));
  if (come.length > 0)
    yield `node ${quoted(come)} of cluster "${captured.cluster}" is not in the snapshot, and would bring today's rows back into what is restored: take it out for good first (nodetool decommission)`;
  if (gone.length > 0)
    yield `node ${quoted(gone)} of the snapshot is not in cluster "${captured.cluster}" any more: Cassy would write to whatever has its address now. Bring a node back under that address`;
}
