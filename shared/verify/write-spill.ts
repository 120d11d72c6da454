import type { Suspicion } from "./finding.ts";
import type { Scratch } from "./scratch.ts";
import { timeText } from "./time-text.ts";

/** A record that a committed transaction is known to have written, and the row that is there now. */
export interface WriteAndRow {
  readonly table: string;
  readonly key: string;
  readonly writer: string;
  readonly writtenMs: number;
  readonly holder: string;
  readonly preparedMs: number;
}

/** Brings what `tx_write_set` says of committed transactions together with the rows of `TransactionSpill`. */
export class WriteSpill {
  readonly #scratch: Scratch;
  readonly #tables: readonly string[];
  readonly #places: ReadonlyMap<string, number>;
  readonly #write: ReturnType<Scratch["writer"]>;
  #count = 0;

  constructor(scratch: Scratch, tables: readonly string[]) {
    this.#scratch = scratch;
    this.#tables = tables;
    this.#places = new Map(tables.map((table, place) => [table, place]));
    scratch.exec("create table wrote (place int, key text, tx text, created int)");
    this.#write = scratch.writer("insert into wrote values (?, ?, ?, ?)");
  }

  get count(): number {
    return this.#count;
  }

  add(table: string, key: string, transaction: string, createdMs: number): void {
    const place = this.#places.get(table);
    if (place === undefined) return;
    this.#count += 1;
    this.#write(place, key, transaction, createdMs);
  }

  /** Only rows of other transactions that were prepared more than `slackMs` before the write. */
  *older(slackMs: number): Generator<WriteAndRow> {
    if (this.#count === 0) return;
    this.#scratch.exec("create index wrote_record on wrote (place, key)");
    const query = `select w.place, w.key, w.tx, w.created, e.tx, e.prepared from entry e cross join wrote w
      on w.place = e.place and w.key = e.key where e.kind = 0 and e.tx <> w.tx and e.prepared < w.created - ${slackMs}`;
    for (const [place, key, writer, writtenMs, holder, preparedMs] of this.#scratch.rows(query)) {
      yield {
        table: this.#tables[place as number] ?? "",
        key: key as string,
        writer: writer as string,
        writtenMs: writtenMs as number,
        holder: holder as string,
        preparedMs: preparedMs as number,
      };
    }
  }
}

/** Whoever wrote a record after X prepared it after X had committed: an older row means an older table. */
export function judgeOlderRow(found: WriteAndRow): Suspicion {
  const { table, key, writer, writtenMs, holder, preparedMs } = found;
  const text =
    `transaction "${writer}" wrote "${key}" in ${table} and committed at ${timeText(writtenMs)}, but the row there was ` +
    `prepared at ${timeText(preparedMs)} by "${holder}": the table is older than the coordinator`;
  return { check: "older-than-coordinator", table, key, transaction: writer, text };
}
