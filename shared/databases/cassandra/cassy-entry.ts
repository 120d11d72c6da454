import type { BackupListingResponse_Entry, RestoreStatusListingResponse_Entry } from "../../gen/cassy_pb.ts";
import { OperationStatus as WireStatus } from "../../gen/cassy_pb.ts";
import type { BackupEntry, BackupType, OperationStatus, Registration, RestoreEntry } from "./cassy.ts";

/** On the wire a backup's type is a number without a name; so is a restore's, which has the first two. */
export const TYPE_NUMBERS = { cluster: 1, node: 2, incremental: 3 } as const satisfies Record<
  BackupType,
  number
>;

interface WireRegistration {
  readonly clusterId: string;
  readonly clusterName: string;
  readonly targetIps: readonly string[];
  readonly keyspaces: readonly string[];
  readonly dataDir: string;
}

export function registrationOf(from: WireRegistration): Registration {
  const { clusterId, clusterName, targetIps, keyspaces, dataDir } = from;
  return { clusterId, clusterName, nodes: [...targetIps], keyspaces: [...keyspaces], dataDir };
}

export function backupEntryOf(from: BackupListingResponse_Entry): BackupEntry {
  const { clusterId, targetIp: node, snapshotId } = from;
  return {
    clusterId,
    node,
    snapshotId,
    ...timesOf(from),
    type: typeOf(from.backupType),
    status: statusOf(from.status),
  };
}

export function restoreEntryOf(from: RestoreStatusListingResponse_Entry): RestoreEntry {
  const { targetIp: node, snapshotId } = from;
  return { node, snapshotId, ...timesOf(from), status: statusOf(from.status) };
}

/** Cassy orders what it lists, but whoever relies on it takes an old row for the last word. */
export function newestFirst<T extends { readonly createdMs: number }>(entries: readonly T[]): readonly T[] {
  return entries.toSorted((one, other) => other.createdMs - one.createdMs);
}

function timesOf({ createdAt, updatedAt }: { readonly createdAt: bigint; readonly updatedAt: bigint }) {
  return { createdMs: Number(createdAt), updatedMs: Number(updatedAt) };
}

function typeOf(type: number): BackupType | "unknown" {
  const names = Object.keys(TYPE_NUMBERS) as BackupType[];
  return names.find((name) => TYPE_NUMBERS[name] === type) ?? "unknown";
}

/** An enum of the wire is open: a newer server may send what we have no name for. */
const STATUSES: Readonly<Record<number, OperationStatus>> = {
  [WireStatus.INITIALIZED]: "initialized",
  [WireStatus.STARTED]: "started",
  [WireStatus.COMPLETED]: "completed",
  [WireStatus.FAILED]: "failed",
};

function statusOf(status: WireStatus): OperationStatus {
  return STATUSES[status] ?? "unknown";
}
