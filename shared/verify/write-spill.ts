import type { Suspicion } from "./finding.ts";
import { ATTACHED, type Scratch } from "./scratch.ts";
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
  readonly #write: ReturnType<Scratch["writer"]>;

  constructor(scratch: Scratch) {
    this.#scratch = scratch;
    scratch.exec(`create table wrote (name text, key text, tx text, created int);
      create table named (place integer primary key, name text)`);
    this.#write = scratch.writer("insert into wrote values (?, ?, ?, ?)");
  }

  /** `table` is a logical name, of a table that is verified or of another one. */
  add(table: string, key: string, transaction: string, createdMs: number): void {
    this.#write(table, key, transaction, createdMs);
  }

  /** Takes over what the attached spill holds. */
  merge(): void {
    this.#scratch.exec(`insert into wrote select * from ${ATTACHED}.wrote`);
  }

  /** Which tables are verified: logical names by place. The rest of what was added is not looked at. */
  name(tables: readonly string[]): void {
    const name = this.#scratch.writer("insert into named values (?, ?)");
    for (const [place, table] of tables.entries()) name(place, table);
  }

  get count(): number {
    const [counted] = this.#scratch.rows("select count(*) from wrote where name in (select name from named)");
    return counted?.[0] as number;
  }

  /** Only rows of other transactions that were prepared more than `slackMs` before the write. */
  *older(slackMs: number): Generator<WriteAndRow> {
    if (this.count === 0) return;
    this.#scratch.exec("create index wrote_record on wrote (name, key)");
    const query = `select n.name, w.key, w.tx, w.created, e.tx, e.prepared from entry e
      cross join named n on n.place = e.place cross join wrote w on w.name = n.name and w.key = e.key
      where e.kind = 0 and e.tx <> w.tx and e.prepared < w.created - ${slackMs}`;
    for (const [table, key, writer, writtenMs, holder, preparedMs] of this.#scratch.rows(query)) {
      yield {
        table: table as string,
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
