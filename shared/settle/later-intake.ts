import { coordinatorRowOf, decisionsOf } from "../verify/coordinator-row.ts";
import { bytesOf } from "../verify/row.ts";
import type { Page, Row } from "../verify/row-source.ts";
import { COMMITTED } from "../verify/transaction-row.ts";
import { type WrittenRecord, writtenRecordsOf } from "../verify/write-set.ts";
import { recordName } from "./row-name.ts";
import type { SettlingSpill } from "./settling-spill.ts";
import type { SettlingTimes } from "./settling-times.ts";

/** Takes in the coordinator of a later second, which is only asked what was committed, and what that wrote. */
export class LaterIntake {
  readonly #times: SettlingTimes;
  readonly #spill: SettlingSpill;

  constructor(times: SettlingTimes, spill: SettlingSpill) {
    this.#times = times;
    this.#spill = spill;
  }

  take({ rows }: Page): void {
    for (const row of rows) this.#takeRow(row);
  }

  finish(): void {}

  #takeRow(row: Row): void {
    const decided = coordinatorRowOf(row);
    const createdMs = decided?.createdMs ?? 0;
    if (decided?.state !== COMMITTED || createdMs <= this.#times.nearMs) return;
    const written = createdMs > this.#times.knownFromMs ? writeSetOf(row) : undefined;
    for (const { transaction } of decisionsOf(decided)) {
      const own = written?.filter(
        ({ child }) => (child === undefined ? decided.id : `${decided.id}$${child}`) === transaction,
      );
      this.#spill.add.later(transaction, createdMs, own?.length ?? null);
      for (const { table, key } of own ?? [])
        this.#spill.add.wrote(transaction, table, recordName(table, key));
    }
  }
}

/** A column that is not there says nothing; one that names no record says that none was written. */
function writeSetOf(row: Row): readonly WrittenRecord[] | undefined {
  const bytes = bytesOf(row, "tx_write_set");
  return bytes && writtenRecordsOf(bytes);
}
