import type { Followed } from "../../backup/followed.ts";
import { messageOf, StillpointError } from "../../errors/stillpoint-error.ts";
import { CapturedCassandra, type CassySnapshot } from "../../restore/cassandra/captured.ts";
import type { Cassy, OperationStatus } from "./cassy.ts";
import type { CassyTools } from "./cassy-tools.ts";

/** Of what is missing; the rest is counted. */
const TOLD_MISSING = 5;
/** To write down what came of it. */
const RESERVE_MS = 10_000;

interface Times {
  /** The end of the window. */
  readonly passedMs: number;
  readonly leftMs?: (() => number) | undefined;
  readonly now?: () => number;
}

/**
 * Cassy's statuses only tell when to look: it calls backups completed that hold nothing, and others started for ever.
 * Once every node's upload has ended by them, or has had its time, what is in the bucket decides. That time is counted
 * by our own clock from the end of the window, whose distance from the cluster's clock was measured when it was taken;
 * Cassy's clock, which dates the snapshot, was not.
 */
export async function follow(
  tools: CassyTools,
  recorded: unknown,
  { passedMs, leftMs, now = Date.now }: Times,
): Promise<Followed> {
  const { snapshot, ...captured } = capturedCassandra(recorded);
  if (snapshot === undefined) return { kind: "failed", because: "the point names no snapshot of Cassy's" };
  const { bucket, uploadLimitMs } = tools.settings;
  if (snapshot.bucket !== bucket.name)
    return pending(
      `the snapshot is in bucket "${snapshot.bucket}", and the configuration names bucket "${bucket.name}": name that one again to have it looked at`,
    );
  const addresses = captured.nodes.map(({ address }) => address);
  const told = await uploadsBy(tools.cassy, snapshot, addresses);
  const isOver = now() - passedMs > uploadLimitMs;
  if (!told.haveEnded && !isOver) return pending(told.words);
  return lookInBucket(tools, { ...captured, snapshot }, told.words, leftMs);
}

function capturedCassandra(recorded: unknown): CapturedCassandra {
  const { data, error } = CapturedCassandra.safeParse(recorded);
  if (data !== undefined) return data;
  throw new StillpointError(
    "CATALOG_DAMAGED",
    `what the backup recorded of its cluster is not understood: ${error.issues[0]?.path.join(".")}: ${error.issues[0]?.message}`,
  );
}

/** How Cassy calls it, node by node. */
interface Told {
  readonly haveEnded: boolean;
  readonly words: string;
}

async function uploadsBy(cassy: Cassy, snapshot: CassySnapshot, addresses: readonly string[]): Promise<Told> {
  let statuses: ReadonlyMap<string, OperationStatus>;
  try {
    statuses = await statusesOf(cassy, snapshot);
  } catch (error) {
    return { haveEnded: false, words: `nobody knows how far Cassy's uploads are: ${messageOf(error)}` };
  }
  const each = addresses.map((address) => ({ address, status: statuses.get(address) ?? "unknown" }));
  const words = each.map(({ address, status }) => `node "${address}" ${status}`).join(", ");
  return {
    haveEnded: each.every(({ status }) => status === "completed" || status === "failed"),
    words: `by Cassy's word the upload of snapshot "${snapshot.snapshotId}" is: ${words}`,
  };
}

/** Increments have rows under the same id, and are other backups. */
async function statusesOf(
  cassy: Cassy,
  { clusterId, snapshotId, type, createdMs }: CassySnapshot,
): Promise<ReadonlyMap<string, OperationStatus>> {
  const entries = await cassy.backups({ clusterId, snapshotId });
  const own = entries.filter((entry) => entry.type === type && entry.createdMs === createdMs);
  return new Map(own.map(({ node, status }) => [node, status]));
}

async function lookInBucket(
  { uploads }: CassyTools,
  captured: CapturedCassandra & { readonly snapshot: CassySnapshot },
  words: string,
  leftMs: (() => number) | undefined,
): Promise<Followed> {
  const tooLate = leftMs && AbortSignal.timeout(Math.max(leftMs() - RESERVE_MS, 0));
  try {
    const found = await uploads.look(captured.snapshot, captured, tooLate);
    if (found.missing.length > 0)
      return { kind: "failed", because: missingFrom(uploads.name, found.missing, words) };
    const { uploads: seen, unsavedIndexes } = found;
    return {
      kind: "complete",
      captured: { ...captured, uploads: [...seen], unsavedIndexes: [...unsavedIndexes] },
    };
  } catch (error) {
    if (!tooLate?.aborted) throw error;
    return pending(
      `all of ${uploads.name} that is the snapshot's could not be looked at within the life of a function: run "stillpoint follow" on a host that reaches it`,
    );
  }
}

function missingFrom(bucket: string, missing: readonly string[], words: string): string {
  const told = missing.slice(0, TOLD_MISSING).join("; ");
  const rest = missing.length > TOLD_MISSING ? `; and ${missing.length - TOLD_MISSING} more` : "";
  return `${bucket} does not hold all of the snapshot: ${told}${rest} (${words})`;
}

function pending(because: string): Followed {
  return { kind: "pending", because };
}
