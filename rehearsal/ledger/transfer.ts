import * as z from "zod";

/** The most assets that one transfer may touch. */
export const MOST_MOVES = 4;

/** What happens to the mirror rows of the moved assets in the same transaction. */
const mirror = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("none") }),
  /** A Function runs: it updates the mirror row of each asset, and deletes those of `remove`. */
  z.strictObject({ kind: z.literal("touch"), remove: z.array(z.string()) }),
]);

const move = z.strictObject({ id: z.string().min(1), delta: z.number().int() });

/** Money moved between one and four assets. The nonce becomes the transaction's id. */
export const Transfer = z.strictObject({
  nonce: z.string().min(1),
  moves: z
    .array(move)
    .min(1)
    .max(MOST_MOVES)
    .refine(
      (moves) => new Set(moves.map(({ id }) => id)).size === moves.length,
      "an asset may move only once",
    ),
  mirror,
  memo: z.string().optional(),
});
export type Transfer = z.infer<typeof Transfer>;

/** A transfer as a client may ask for it: money is neither made nor lost. */
export const BalancedTransfer = Transfer.refine(
  ({ moves }) => moves.reduce((sum, { delta }) => sum + delta, 0) === 0,
  "the deltas must add up to 0",
);

export const StateQuery = z.strictObject({ nonce: z.string().min(1) });

/** What the ledger knows of a transaction: `unknown` where nobody has decided about it, or nobody has heard of it. */
export interface TransactionState {
  readonly state: "committed" | "aborted" | "unknown";
}

export const BalancesQuery = z.strictObject({ nonce: z.string().min(1), ids: z.array(z.string().min(1)) });

/** How a transfer ended for the client. */
export type TransferOutcome =
  | { readonly kind: "committed" }
  /** Another transaction was faster: nothing was changed; to be tried again with a new nonce. */
  | { readonly kind: "conflict" }
  /** It may have been carried out or not; the ledger knows, the client does not. */
  | { readonly kind: "unknown"; readonly message: string };
