import type { TransactionRow } from "../verify/transaction-row.ts";
import type { SettlingSpill } from "./settling-spill.ts";

interface OldRecord {
  readonly id: string;
  readonly age: number;
  readonly row: TransactionRow | undefined;
  readonly key: () => string;
}

interface Run {
  readonly first: OldRecord;
  readonly key: string;
  readonly last: OldRecord;
}

/**
 * Records of long ago, as runs of ages: databases that keep the ages of an asset together hand them over in order, and
 * then an asset is one run however long it is.
 */
export class OldRuns {
  readonly #place: number;
  readonly #namespace: string;
  readonly #spill: SettlingSpill;
  #open: Run | undefined;

  constructor(place: number, namespace: string, spill: SettlingSpill) {
    this.#place = place;
    this.#namespace = namespace;
    this.#spill = spill;
  }

  add(record: OldRecord): void {
    const open = this.#open;
    if (open !== undefined && open.first.id === record.id && open.last.age + 1 === record.age) {
      this.#open = { ...open, last: record };
      return;
    }
    this.flush();
    this.#open = { first: record, key: record.key(), last: record };
  }

  flush(): void {
    if (this.#open === undefined) return;
    const { first, key, last } = this.#open;
    this.#open = undefined;
    this.#spill.add.run(
      this.#place,
      this.#namespace,
      first.id,
      first.age,
      last.age,
      first.row?.preparedMs ?? null,
      last.row?.transaction ?? "",
      last.row?.preparedMs ?? null,
      last.row?.committedMs ?? null,
      key,
    );
  }
}
