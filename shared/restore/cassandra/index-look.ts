import type { SecondaryIndex } from "./captured.ts";

/** A secondary index, asked for rows that are there. */
export interface LookedAtIndex extends SecondaryIndex {
  readonly finds: IndexFinds;
}

export type IndexFinds =
  /** All that it was asked for, by every node that was asked. */
  | { readonly kind: "rows"; readonly rows: number }
  /** Not one of them, or not on every node: as an index whose files did not come back. */
  | { readonly kind: "too-little" }
  /** Cassandra is still building it, or cannot say. */
  | { readonly kind: "no-answer"; readonly why: string }
  /** There was nothing that it could be asked for. */
  | { readonly kind: "unasked"; readonly why: string };

/** What a restore may end with. */
export interface CheckedIndex extends SecondaryIndex {
  readonly finds: Extract<IndexFinds, { kind: "rows" | "unasked" }>;
}

export function isChecked(index: LookedAtIndex): index is CheckedIndex {
  return index.finds.kind === "rows" || index.finds.kind === "unasked";
}

export function indexText({ keyspace, name }: SecondaryIndex): string {
  return `"${keyspace}.${name}"`;
}
