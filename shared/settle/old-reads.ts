import type { InputReference } from "../verify/asset-input.ts";
import type { TransactionRow } from "../verify/transaction-row.ts";
import type { SettlingSpill } from "./settling-spill.ts";

/** Assets remembered at a time: what is read often is mostly read again soon. */
const MOST = 20_000;

interface Read {
  readonly reference: InputReference;
  readonly transaction: string;
  readonly committedMs: number | null;
}

/**
 * The highest age of each asset that records of long ago name as their input. An asset's ages that stand have no hole, so
 * that where the highest stands, all stand.
 */
export class OldReads {
  readonly #spill: SettlingSpill;
  readonly #highest = new Map<string, Read>();

  constructor(spill: SettlingSpill) {
    this.#spill = spill;
  }

  add(reference: InputReference, row: TransactionRow | undefined): void {
    const name = `${reference.namespace}\0${reference.id}`;
    const known = this.#highest.get(name);
    if (known !== undefined && known.reference.age > reference.age) return;
    const transaction = row?.transaction ?? "";
    // Of several that name the same, always the same one is told.
    if (known?.reference.age === reference.age && known.transaction <= transaction) return;
    if (this.#highest.size >= MOST) this.flush();
    this.#highest.set(name, { reference, transaction, committedMs: row?.committedMs ?? null });
  }

  flush(): void {
    for (const { reference, transaction, committedMs } of this.#highest.values())
      this.#spill.add.old_read(reference.namespace, reference.id, reference.age, transaction, committedMs);
    this.#highest.clear();
  }
}
