/** What became of an artifact that a backup has left pending. */
export type Followed =
  | {
      readonly kind: "complete";
      /** What a restore needs, where more is known by now than the point keeps. */
      readonly captured?: unknown;
    }
  | { readonly kind: "pending"; readonly because: string }
  | { readonly kind: "failed"; readonly because: string };
