import type { Scratch } from "../verify/scratch.ts";
import type { Standing } from "./undone-record.ts";

/** Tells of any transaction whether it is kept, once that is decided; NULL is what is simply of long ago. */
export function standingsIn(scratch: Scratch): (transaction: string | null) => Standing {
  const find = scratch.finder(`select
    (select why from dropped where tx = ?1), (select at from transactions where tx = ?1),
    (select max(tx) from undone where tx = ?1),
    (select created from named_decision where tx = ?1), (select aborted from named_decision where tx = ?1)`);
  return (transaction) => {
    if (transaction === null) return { kind: "kept", transaction, atMs: Number.NEGATIVE_INFINITY };
    const [why, at, undone, created, aborted] = find(transaction) ?? [];
    if (why === "in-doubt" && undone === null) return { kind: "open", transaction };
    if (why !== null || undone !== null) return { kind: "undone", transaction };
    const atMs = at ?? created;
    if (atMs !== null) return { kind: "kept", transaction, atMs: atMs as number };
    return { kind: aborted !== 1 ? "open" : "undone", transaction };
  };
}
