import type { DiscoveryBasis, Instance } from "../../pause/instance.ts";
import type { QuietAsked } from "../../verify/quiet-seconds.ts";
import type { PlannedProof } from "../dynamodb/plan.ts";
import type { Direction } from "./span.ts";

/**
 * A search for quiet seconds: the coordinator is restored under a temporary name, read, and deleted again. It ends
 * with a restore point, which is restored like any other.
 */
export interface SearchPlan {
  readonly kind: "search";
  /** It replaces nothing. */
  readonly mode: "side-by-side";
  readonly deployment: string;
  readonly run: string;
  /** The restore point that it makes. */
  readonly point: string;
  readonly asked: QuietAsked;
  /** Nobody has set the bound on the clocks, which the guard comes from. */
  readonly isBoundDefault?: true;
  readonly direction: Direction;
  /** The coordinator at a second after all that counts. */
  readonly coordinator: PlannedProof;
  /** What the point records of each database, as it was when the search was planned. */
  readonly databases: readonly { readonly name: string; readonly captured: unknown }[];
  readonly instances: readonly Instance[];
  readonly discovery: DiscoveryBasis;
  /** See the restore point's. */
  readonly takenFrom?: string;
}
