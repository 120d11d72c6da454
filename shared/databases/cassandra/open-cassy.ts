import type { CallOptions, Client } from "@connectrpc/connect";
import { type Call, startCall } from "../../admin/call.ts";
import { AdminConnection } from "../../admin/connection.ts";
import type { CassySettings } from "../../config/config.ts";
import { StillpointError } from "../../errors/stillpoint-error.ts";
import { Cassy as CassyService, OperationStatus } from "../../gen/cassy_pb.ts";
import { addressOf } from "../../pause/instance.ts";
import type { Cassy, TakenBackup } from "./cassy.ts";
import { answerOf, type Question } from "./cassy-call.ts";
import { backupEntryOf, newestFirst, registrationOf, restoreEntryOf, TYPE_NUMBERS } from "./cassy-entry.ts";
import { takenBackup } from "./take-backup.ts";

type CassyClient = Client<typeof CassyService>;
type Invoke<T> = (cassy: CassyClient, options: CallOptions) => Promise<T>;
type TakeBackup = Parameters<Cassy["takeBackup"]>[0];
type Restore = Parameters<Cassy["restore"]>[0];

/** Cassy asks a node over JMX first. */
const REGISTER_MS = 30_000;
const LIST_MS = 15_000;
/** Cassy opens an SSH connection to every node first. */
const RESTORE_MS = 60_000;

const UNCHANGED = "nothing was changed by it";

/** Cassy by its own interface, over one connection that is kept warm, in the clear. */
export function openCassy({ host, port }: Pick<CassySettings, "host" | "port">): Cassy {
  const address = addressOf({ host, port });
  const connection = new AdminConnection(host, port, undefined);
  const start = <T>(deadlineMs: number, invoke: Invoke<T>): Call<T> =>
    startCall(CassyService, connection, () => performance.now(), deadlineMs, invoke);
  const ask = async <T>(what: string, deadlineMs: number, doubt: string, invoke: Invoke<T>): Promise<T> =>
    answerOf({ what, address, doubt }, await start(deadlineMs, invoke).reply);
  return {
    address,
    async register(cassandraHost) {
      const what = `RegisterCluster of node "${cassandraHost}"`;
      const doubt = "it may have registered the cluster once more, which does no harm";
      const registration = registrationOf(
        await ask(what, REGISTER_MS, doubt, (cassy, options) =>
          cassy.registerCluster({ cassandraHost }, options),
        ),
      );
      if (registration.clusterId !== "" && registration.nodes.length > 0) return registration;
      const odd = "without an id or without nodes, which no Cassy does";
      throw new StillpointError("DATABASE_REFUSED", `${what} was answered at "${address}", but ${odd}`);
    },
    async clusters(limit = 0) {
      const { entries } = await ask("ListClusters", LIST_MS, UNCHANGED, (cassy, options) =>
        cassy.listClusters({ limit }, options),
      );
      return newestFirst(
        entries.map((entry) => ({ ...registrationOf(entry), createdMs: Number(entry.createdAt) })),
      );
    },
    async backups({ clusterId, snapshotId, limit = Number.POSITIVE_INFINITY }) {
      // Asked for a snapshot, Cassy forgets the cluster; so it is asked for the cluster, and the rest is left out here.
      const { entries } = await ask(
        `ListBackups of cluster "${clusterId}"`,
        LIST_MS,
        UNCHANGED,
        (cassy, options) => cassy.listBackups({ clusterId }, options),
      );
      const wanted = entries
        .map(backupEntryOf)
        .filter(
          (entry) => entry.clusterId === clusterId && entry.snapshotId === (snapshotId ?? entry.snapshotId),
        );
      return newestFirst(wanted).slice(0, limit);
    },
    takeBackup: (of) => takeBackup(address, of, start),
    async restore(of) {
      const question = restoreQuestion(address, of);
      const answer = answerOf(
        question,
        await start(RESTORE_MS, (cassy, options) => restore(cassy, of, options)).reply,
      );
      if (answer.status === OperationStatus.STARTED) return;
      const odd = `with status ${answer.status} instead of ${OperationStatus.STARTED} (STARTED)`;
      throw new StillpointError(
        "DATABASE_REFUSED",
        `${question.what} was answered by Cassy at "${address}", but ${odd}; ${question.doubt}`,
      );
    },
    async restores({ clusterId, snapshotId }) {
      // As above; and its entries do not even say of which cluster they are.
      const what = `ListRestoreStatuses of cluster "${clusterId}"`;
      const { entries } = await ask(what, LIST_MS, UNCHANGED, (cassy, options) =>
        cassy.listRestoreStatuses({ clusterId }, options),
      );
      return newestFirst(
        entries.map(restoreEntryOf).filter((entry) => entry.snapshotId === (snapshotId ?? entry.snapshotId)),
      );
    },
    close: () => connection.close(),
  };
}

type Start = <T>(deadlineMs: number, invoke: Invoke<T>) => Call<T>;

async function takeBackup(address: string, of: TakeBackup, start: Start): Promise<TakenBackup> {
  const { clusterId, type, withinMs, signal } = of;
  const question = {
    what: `TakeBackup (${type} snapshot) of cluster "${clusterId}"`,
    address,
    doubt:
      "Cassy does not notice that nobody waits any more, and may take the snapshots now or later: none of them must be used",
  };
  if (signal?.aborted || withinMs <= 0) {
    const why = signal?.aborted ? "interrupted before" : "the time was up before";
    const message = `${question.what} was not sent to Cassy at "${address}": ${why}; Cassy was never reached`;
    return { kind: "refused", message };
  }
  const call = start(withinMs, (cassy, options) =>
    cassy.takeBackup({ clusterId, backupType: TYPE_NUMBERS[type] }, options),
  );
  const giveUp = () => {
    if (!call.withhold()) call.abandon("interrupted while Cassy was at work");
  };
  signal?.addEventListener("abort", giveUp);
  const reply = await call.reply;
  signal?.removeEventListener("abort", giveUp);
  return takenBackup(question, { clusterId, type }, reply);
}

function restoreQuestion(address: string, { clusterId, snapshotId, type, nodes }: Restore): Question {
  const what = `RestoreBackup (${type}) of snapshot "${snapshotId}" of cluster "${clusterId}" to ${nodes.join(", ")}`;
  // Cassy takes no nodes for all nodes.
  if (nodes.length === 0)
    throw new StillpointError(
      "INTERNAL",
      `cannot ask Cassy for ${what}no node: it would restore to all of them`,
    );
  return { what, address, doubt: "its downloads to the nodes may have begun; ListRestoreStatuses tells" };
}

function restore(cassy: CassyClient, of: Restore, options: CallOptions) {
  const { clusterId, snapshotId, type, nodes } = of;
  const restoreType = TYPE_NUMBERS[type];
  return cassy.restoreBackup(
    { clusterId, snapshotId, restoreType, targetIps: [...nodes], snapshotOnly: true },
    options,
  );
}
