import { TOUCH_FUNCTION } from "../ledger.ts";
import { ACCOUNT, ASSET } from "../ledger-tables.ts";
import type { Columns } from "../table.ts";
import type { TableNames } from "../totals.ts";
import { isInDoubt, STATE } from "../tx-record.ts";
import { numberOf, textOf } from "../value.ts";
import { coordinatorOf } from "./coordinator.ts";
import { withPools } from "./database.ts";
import type { JdbcEndpoint } from "./endpoint.ts";
import { ORIGINAL, rowsOf } from "./totals.ts";

/** An asset and its mirror, where they disagree about which transfer was the last to touch both. */
export interface Disagreement {
  readonly id: string;
  readonly asset: string;
  readonly mirror: string;
}

/**
 * The accounts that do not hold what the last mirrored transfer of their asset wrote, in the same transaction. In a
 * consistent copy there is none. An account that is not there may have been removed, so nothing is said of it.
 */
export function disagreements(
  endpoint: JdbcEndpoint,
  names: TableNames = ORIGINAL,
): Promise<readonly Disagreement[]> {
  return withPools(endpoint, async (poolOf) => {
    const { isCommitted } = coordinatorOf(poolOf, names);
    const last = new Map<string, { readonly age: number; readonly txId: string }>();
    for await (const row of rowsOf(poolOf, names, ASSET)) {
      if (!isMirrored(row)) continue;
      const [id, age, txId] = [textOf(row, "id"), numberOf(row, "age"), textOf(row, "tx_id")];
      if (age <= (last.get(id)?.age ?? -1)) continue;
      if (!isInDoubt(row) || (await isCommitted(txId))) last.set(id, { age, txId });
    }
    const found: Disagreement[] = [];
    for await (const row of rowsOf(poolOf, names, ACCOUNT)) {
      const [id, mirror] = [textOf(row, "id"), await writerOf(row, isCommitted)];
      const asset = last.get(id)?.txId ?? "none";
      if (mirror !== undefined && mirror !== asset) found.push({ id, asset, mirror });
    }
    return found;
  });
}

function isMirrored(asset: Columns): boolean {
  return textOf(asset, "argument").includes(`\u0003${TOUCH_FUNCTION}\u0003`);
}

/** Whose values ScalarDB's recovery would leave in the row; undefined where it would leave none. */
async function writerOf(
  row: Columns,
  isCommitted: (txId: string) => Promise<boolean>,
): Promise<string | undefined> {
  const txId = textOf(row, "tx_id");
  if (!isInDoubt(row)) return txId;
  if (!(await isCommitted(txId))) return row["before_tx_id"] && textOf(row, "before_tx_id");
  return numberOf(row, "tx_state") === STATE.deleted ? undefined : txId;
}
