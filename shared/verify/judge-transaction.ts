import type { Suspicion } from "./finding.ts";
import { ABORTED, COMMITTED } from "./transaction-row.ts";
import type { Tally, TransactionView } from "./transaction-view.ts";

/**
 * Whether the transaction is whole once ScalarDB has recovered it by itself: rows in doubt go forward if the
 * coordinator says COMMITTED, and back if it says ABORTED or nothing.
 */
export function judgeTransaction(view: TransactionView): readonly Suspicion[] {
  return [...halfCommitted(view), ...committedButAborted(view)];
}

/**
 * A committed row, or the image of one under a row in doubt, says that the coordinator decided COMMITTED. Its
 * row is removed by a clean-up only after every record is final, so this holds where clean-ups run, too.
 */
function halfCommitted(view: TransactionView): readonly Suspicion[] {
  const witness = view.committed.first ?? view.committedBefore.first;
  const { first } = view.inDoubt;
  if (view.coordinator !== undefined || witness === undefined || first === undefined) return [];
  const text =
    `transaction "${view.id}" is committed in ${witness.table} ("${witness.key}") but only prepared in ${first.table} ` +
    `("${first.key}"), and has no coordinator row: recovery would roll ${rows(view.inDoubt)} back`;
  return [{ check: "half-committed", ...first, transaction: view.id, text }];
}

/** Softened by the caller where coordinator rows were cleaned up: a late reader may then leave an ABORTED row. */
function committedButAborted(view: TransactionView): readonly Suspicion[] {
  const witness = view.committed.first ?? view.committedBefore.first;
  if (view.coordinator?.state !== ABORTED || witness === undefined) return [];
  const text = `transaction "${view.id}" is committed in ${witness.table} ("${witness.key}"), but the coordinator says it was aborted`;
  return [{ check: "committed-but-aborted", ...witness, transaction: view.id, text }];
}

/** Whether rows of it that are in doubt are to be read as committed. */
export function goesForward(view: TransactionView): boolean {
  return view.inDoubt.count > 0 && view.coordinator?.state === COMMITTED;
}

function rows(tally: Tally): string {
  return tally.count === 1 ? "1 row" : `${tally.count} rows`;
}
