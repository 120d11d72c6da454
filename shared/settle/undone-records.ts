import type { SQLOutputValue } from "node:sqlite";
import type { Scratch } from "../verify/scratch.ts";
import type { SettlingTimes } from "./settling-times.ts";
import { standingsIn } from "./standing.ts";
import type { FoundRow, KeptWriter, Standing, UndoneRecord, UndoneWriter } from "./undone-record.ts";

/** Where a record is, and what the copy has there. */
export interface Located {
  readonly name: string;
  readonly place: number;
  /** What the database calls the table of the earlier copy, where there is one. */
  readonly from: string | undefined;
  /** What the adapter calls the row, where any copy has one. */
  readonly key: string | undefined;
  /** The row of the copy itself. */
  readonly found: { readonly transaction: string; readonly state: number } | undefined;
}

type Columns = readonly SQLOutputValue[];

/** Brings together what is known of each record that transactions have written which are not kept, once that is told. */
export class UndoneRecords {
  readonly #scratch: Scratch;
  readonly #silent: string | undefined;

  constructor(scratch: Scratch, times: SettlingTimes) {
    this.#scratch = scratch;
    this.#silent = silentOf(scratch, times);
  }

  *each(): Generator<UndoneRecord & Located> {
    const [rowOf, earlierOf] = [this.#rowIn("undone_row"), this.#rowIn("undone_before")];
    const undoneBy = this.#writers(
      "select u.tx, u.at from undone_key k join undone u on u.tx = k.tx where k.name = ?",
    );
    const keptBy = this.#writers("select tx, at from kept_key where name = ?");
    const standing = standingsIn(this.#scratch);
    const query = `select k.name, r.place, r.source from undone_record k join record_table r on r.name = k.of_table
      order by k.name`;
    for (const [named, place, source] of this.#scratch.rows(query)) {
      const name = named as string;
      const [row, earlier] = [rowOf(name), earlierOf(name)];
      const from = (source as string | null) ?? undefined;
      yield {
        name,
        place: place as number,
        from,
        key: (row ?? earlier)?.[0] as string | undefined,
        found: row && { transaction: row[2] as string, state: row[1] as number },
        row: row && foundRow(row, standing),
        earlier: from === undefined ? "unread" : earlier === undefined ? "none" : foundRow(earlier, standing),
        undoneBy: undoneBy(name),
        keptBy: keptBy(name) as readonly KeptWriter[],
        silent: this.#silent,
      };
    }
  }

  #rowIn(table: string): (name: string) => Columns | undefined {
    return this.#scratch.finder(`select row_key, state, tx, over, before_tx from ${table} where name = ?`);
  }

  #writers(query: string): (name: string) => readonly UndoneWriter[] {
    const find = this.#scratch.finder(
      `select json_group_array(json_array(tx, at)) from (${query} order by 1)`,
    );
    return (name) => {
      const listed = JSON.parse(find(name)?.[0] as string) as readonly [string, number | null][];
      return listed.map(([transaction, at]) => ({ transaction, atMs: at ?? undefined }));
    };
  }
}

function foundRow(
  [, state, transaction, over, before]: Columns,
  standing: (transaction: string | null) => Standing,
): FoundRow {
  return {
    state: state as number,
    writer: standing(transaction as string | null),
    under: over === 1 ? standing(before as string | null) : undefined,
  };
}

/** A kept transaction, by now too young to be in the earlier copies, of which nothing says what it wrote. */
function silentOf(scratch: Scratch, { knownFromMs }: SettlingTimes): string | undefined {
  const [first] =
    scratch.rows(`select min(tx) from transactions t where at > ${knownFromMs} and coalesce(functions, 1) = 1
    and tx not in (select tx from dropped)
    and not exists (select 1 from later l where l.tx = t.tx and l.written is not null)`);
  return (first?.[0] as string | null) ?? undefined;
}
