import * as z from "zod";

const ms = z.number();

/** One row that is not as it must be, by what the database itself calls it. */
const row = {
  database: z.string(),
  /** What the database calls the table: the copy's temporary name. */
  table: z.string(),
  /** What the database's adapter calls the row: see `Page.keyAt`. */
  key: z.string(),
  /** The row as it was found; a row that is otherwise by now was changed by an earlier try, or by somebody else. */
  found: z.strictObject({ transaction: z.string(), state: z.number().nullable() }),
};

/** What is done to one row of a copy. Carried out twice, it is as if it had been carried out once. */
export const Change = z.discriminatedUnion("kind", [
  /** A record of a dropped transaction, a record that a kept one deletes, or a decision of the coordinator. */
  z.strictObject({ kind: z.literal("remove"), ...row }),
  /** A prepared row of a kept transaction: committed at this time, and nothing of its before-image stays. */
  z.strictObject({ kind: z.literal("forward"), ...row, committedMs: ms }),
  /** A row in doubt of a dropped transaction: its before-image comes back, or it goes where there is none. */
  z.strictObject({ kind: z.literal("back"), ...row }),
  /**
   * A record that dropped transactions have overwritten, written over, or deleted: it comes back as the copy of an
   * earlier second has it, or goes where that has none worth keeping. `found.transaction` is empty where the copy had
   * no row to read. `finish` says what is done to the earlier row first: nothing, it is rolled forward to this time, or
   * its before-image is what counts.
   */
  z.strictObject({
    kind: z.literal("earlier"),
    ...row,
    /** What the database calls the table of the earlier copy. */
    from: z.string(),
    finish: z.discriminatedUnion("kind", [
      z.strictObject({ kind: z.literal("nothing") }),
      z.strictObject({ kind: z.literal("forward"), committedMs: ms }),
      z.strictObject({ kind: z.literal("back") }),
    ]),
  }),
  /** The latest age of an asset, from the row of that age. `found.transaction` is empty where no row is there yet. */
  z.strictObject({
    kind: z.literal("metadata"),
    ...row,
    age: z.number().int(),
    transaction: z.string(),
    preparedMs: ms,
    committedMs: ms,
  }),
]);
export type Change = z.infer<typeof Change>;

/** What a list names in full of what one transaction wrote: it may have written a million rows. */
export const MOST_NAMED = 20;

/** A transaction of which nothing is left in the settled copy. */
export const Dropped = z.strictObject({
  transaction: z.string(),
  /** When it committed, on its own clock; null where nothing says that it ever did. */
  committedMs: ms.nullable(),
  /**
   * `late`: dated after what is kept; `dependent`: it needs a record that was not kept, named by `on`; `in-doubt`: the
   * copy does not say that it committed, and its client may have been told so or not.
   */
  why: z.enum(["late", "dependent", "in-doubt"]),
  on: z.string().exactOptional(),
  /** How many asset records it had written here, and the first of them, such as `default:acct-7/3`. */
  assets: z.strictObject({ count: z.number().int(), named: z.array(z.string()).max(MOST_NAMED) }),
  /** The same of records of other tables, such as `app.account:alice`. */
  records: z.strictObject({ count: z.number().int(), named: z.array(z.string()).max(MOST_NAMED) }),
});
export type Dropped = z.infer<typeof Dropped>;
