import type { Scratch } from "../verify/scratch.ts";
import { ABORTED, COMMITTED } from "../verify/transaction-row.ts";
import type { Standing } from "./undone-record.ts";

/** Tells of any transaction whether it is kept, once that is decided; NULL is what is simply of long ago. */
export function standingsIn(scratch: Scratch): (transaction: string | null) => Standing {
  // Those of long ago that rows of the copy do not name are known by their decision alone.
  scratch.exec("create index decision_of on decision (tx)");
  const find = scratch.finder(`select
    (select why from dropped where tx = ?1), (select at from transactions where tx = ?1),
    (select max(tx) from undone where tx = ?1),
    (select min(created) from decision where tx = ?1 and state = ${COMMITTED}),
    (select max(tx) from decision where tx = ?1 and state = ${ABORTED})`);
  return (transaction) => {
    if (transaction === null) return { kind: "kept", transaction, atMs: Number.NEGATIVE_INFINITY };
    const [why, at, undone, created, aborted] = find(transaction) ?? [];
    if (why === "in-doubt" && undone === null) return { kind: "open", transaction };
    if (why !== null || undone !== null) return { kind: "undone", transaction };
    const atMs = at ?? created;
    if (atMs !== null) return { kind: "kept", transaction, atMs: atMs as number };
    return { kind: aborted === null ? "open" : "undone", transaction };
  };
}
