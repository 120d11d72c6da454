/** How far a transaction stands that has left its name in a row. */
export type Standing =
  /** Committed and kept; `atMs` is negative infinity for what is simply of long ago. */
  | { readonly kind: "kept"; readonly transaction: string | null; readonly atMs: number }
  /** Committed and not kept, or aborted. */
  | { readonly kind: "undone"; readonly transaction: string }
  /** Nothing says whether it has committed. */
  | { readonly kind: "open"; readonly transaction: string };

export interface FoundRow {
  readonly state: number;
  readonly writer: Standing;
  /** Of the row under one in doubt; `undefined` where none is there. */
  readonly under: Standing | undefined;
}

/** A committed transaction that is not kept, and what else it says of its time. */
export interface UndoneWriter {
  readonly transaction: string;
  /** `undefined` where its decision was written after everything that is kept: the copy's coordinator lacks it. */
  readonly atMs: number | undefined;
}

export interface KeptWriter {
  readonly transaction: string;
  readonly atMs: number;
}

/** A record that transactions have written which are not kept, with everything that is known of it. */
export interface UndoneRecord {
  readonly undoneBy: readonly UndoneWriter[];
  /** Those that may have written it after the copy of the earlier second was cut. */
  readonly keptBy: readonly KeptWriter[];
  /** `undefined` where the copy has none, or an untouched one of long ago. */
  readonly row: FoundRow | undefined;
  /** `unread` where there is no copy of an earlier second. */
  readonly earlier: FoundRow | "none" | "unread";
  /** A kept transaction that does not say what it wrote. */
  readonly silent: string | undefined;
}
