import type { Reply } from "../../admin/call.ts";
import { type BackupResponse, OperationStatus } from "../../gen/cassy_pb.ts";
import type { TakenBackup } from "./cassy.ts";
import { describeFailure, isOver, type Question } from "./cassy-call.ts";
import { TYPE_NUMBERS } from "./cassy-entry.ts";

export interface WantedBackup {
  readonly clusterId: string;
  readonly type: "cluster" | "node";
}

/** What became of a TakeBackup: whatever does not say plainly that the snapshots are there is no yes. */
export function takenBackup(
  question: Question,
  wanted: WantedBackup,
  reply: Reply<BackupResponse>,
): TakenBackup {
  if (reply.kind !== "answered")
    return { kind: isOver(reply) ? "refused" : "unanswered", message: describeFailure(question, reply) };
  const { value } = reply;
  const odd = oddity(wanted, value);
  if (odd !== undefined) {
    const message = `${question.what} was answered by Cassy at "${question.address}", but ${odd}; ${question.doubt}`;
    return { kind: "unanswered", message };
  }
  const { snapshotId, createdAt, targetIps } = value;
  return { kind: "taken", snapshotId, createdMs: Number(createdAt), nodes: [...targetIps] };
}

function oddity(wanted: WantedBackup, answer: BackupResponse): string | undefined {
  const { status, snapshotId, clusterId, backupType } = answer;
  if (status !== OperationStatus.STARTED)
    return `with status ${status} instead of ${OperationStatus.STARTED} (STARTED)`;
  if (snapshotId === "") return "without a snapshot id";
  if (clusterId !== wanted.clusterId) return `for cluster "${clusterId}"`;
  if (backupType !== TYPE_NUMBERS[wanted.type]) return `for a backup of type ${backupType}`;
  return undefined;
}
