import type { SnapshotCall } from "../../backup/observation.ts";
import { quoted } from "../../errors/quoted.ts";
import type { CapturedCassandra, CassySnapshot } from "../../restore/cassandra/captured.ts";
import type { Registration, TakenBackup } from "./cassy.ts";
import type { CassyTools } from "./cassy-tools.ts";

export interface SnapshotWish {
  readonly type: CassySnapshot["type"];
  readonly withinMs: number;
  readonly signal: AbortSignal;
}

/** What became of a call, but for when it was sent and answered. */
export type CassyAnswer =
  | { readonly kind: "taken"; readonly captured: CapturedCassandra }
  | Extract<Untimed<SnapshotCall>, { kind: "refused" | "unanswered" }>;

type Untimed<C> = C extends SnapshotCall ? Omit<C, "sentMs" | "answeredMs"> : never;

/** What was captured last, and the registration of it. */
export interface Registered {
  readonly captured: CapturedCassandra;
  readonly registration: Registration;
}

/** Has Cassy take a snapshot of every node of what was captured, in one call. */
export async function takeSnapshot(
  { cassy, settings }: Pick<CassyTools, "cassy" | "settings">,
  { captured, registration: { clusterId, dataDir } }: Registered,
  wish: SnapshotWish,
): Promise<CassyAnswer> {
  const taken = await cassy.takeBackup({ clusterId, ...wish });
  if (taken.kind !== "taken") return taken;
  const odd = oddNodes(captured, taken);
  if (odd !== undefined) return { kind: "refused", message: odd };
  const { snapshotId, createdMs } = taken;
  const bucket = settings.bucket.name;
  return {
    kind: "taken",
    captured: {
      ...captured,
      snapshot: { clusterId, snapshotId, type: wish.type, createdMs, dataDir, bucket },
    },
  };
}

function oddNodes(
  { nodes }: CapturedCassandra,
  taken: Extract<TakenBackup, { kind: "taken" }>,
): string | undefined {
  const addresses = nodes.map(({ address }) => address);
  if (taken.nodes.toSorted().join() === addresses.toSorted().join()) return undefined;
  return `by its own answer Cassy took snapshot "${taken.snapshotId}" on ${quoted(taken.nodes)}, and the cluster's nodes are ${quoted(addresses)}`;
}
