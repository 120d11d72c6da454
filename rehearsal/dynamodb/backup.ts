import type { Blueprint } from "./blueprint.ts";
import type { Item } from "./items.ts";
import type { Wire } from "./wire.ts";

/** A whole copy of a table with the settings that a backup records. It outlives the table. */
export interface Backup {
  readonly arn: string;
  readonly name: string;
  readonly kind: { readonly type: "USER" } | { readonly type: "SYSTEM"; readonly expiresAtMs: number };
  readonly createdAtMs: number;
  readonly items: readonly Item[];
  /** The incarnation that was backed up, as it was. */
  readonly table: {
    readonly name: string;
    readonly id: string;
    readonly arn: string;
    readonly createdAtMs: number;
  };
  readonly blueprint: Blueprint;
  readonly features: Wire;
  readonly encryption: Wire | undefined;
  readonly onDemandThroughput: Wire | undefined;
  readonly indexLimits: ReadonlyMap<string, Wire>;
  /** A backup feeds one restore at a time, and cannot be deleted meanwhile. */
  phase: "creating" | "available" | "restoring";
}
