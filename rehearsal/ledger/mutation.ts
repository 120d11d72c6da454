import type { Columns, Table } from "./table.ts";

/** What must hold of the stored record, or nothing is written. */
export type Condition =
  | { readonly kind: "none" }
  | { readonly kind: "absent" }
  | { readonly kind: "present"; readonly equal: Columns };

/** One conditional write. A put sets columns and clears others; what it does not name stays. */
export type Mutation = { readonly table: Table; readonly key: Columns; readonly condition: Condition } & (
  | { readonly kind: "put"; readonly columns: Columns; readonly cleared: readonly string[] }
  | { readonly kind: "delete" }
);

/** `refused`: a condition did not hold and nothing was written; `partly-done`: of several, some were written. */
export type MutationOutcome = "done" | "refused" | "partly-done";
