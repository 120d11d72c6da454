import { TOUCH_FUNCTION } from "./ledger.ts";
import type { Columns } from "./table.ts";
import { isInDoubt, STATE } from "./tx-record.ts";
import { numberOf, textOf } from "./value.ts";

/** What is read of a ledger with a mirror, whichever database it is in. */
export interface MirroredRows {
  assets(): AsyncIterable<Columns>;
  accounts(): AsyncIterable<Columns>;
  isCommitted(txId: string): Promise<boolean>;
}

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
export async function disagreementsIn(rows: MirroredRows): Promise<readonly Disagreement[]> {
  const { isCommitted } = rows;
  const last = new Map<string, { readonly age: number; readonly txId: string }>();
  for await (const row of rows.assets()) {
    if (!isMirrored(row)) continue;
    const [id, age, txId] = [textOf(row, "id"), numberOf(row, "age"), textOf(row, "tx_id")];
    if (age <= (last.get(id)?.age ?? -1)) continue;
    if (!isInDoubt(row) || (await isCommitted(txId))) last.set(id, { age, txId });
  }
  const found: Disagreement[] = [];
  for await (const row of rows.accounts()) {
    const [id, mirror] = [textOf(row, "id"), await writerOf(row, isCommitted)];
    const asset = last.get(id)?.txId ?? "none";
    if (mirror !== undefined && mirror !== asset) found.push({ id, asset, mirror });
  }
  return found;
}

/** A transfer writes its assets and their accounts in one transaction, in two namespaces. In sentences. */
export function halvesOf(found: readonly Disagreement[]): readonly string[] {
  const [first] = found;
  if (first === undefined) return [];
  return [
    `${found.length} accounts, "${first.id}" among them, were last written by another transaction than their asset, though a transfer writes both: it holds halves of transactions.`,
  ];
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
