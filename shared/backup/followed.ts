/** What became of an artifact that a backup has left pending. */
export type Followed =
  | { readonly kind: "complete" }
  | { readonly kind: "pending"; readonly because: string }
  | { readonly kind: "failed"; readonly because: string };
