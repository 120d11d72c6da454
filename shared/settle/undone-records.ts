import type { SQLOutputValue } from "node:sqlite";
import { logicalName } from "../verify/row-source.ts";
import { isMutable, type Scope, type ScopedTable } from "../verify/scope.ts";
import type { Scratch } from "../verify/scratch.ts";
import { RECORD } from "./settling-spill.ts";
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

/**
 * undone         transactions that are committed and not kept, as far as the coordinator of the later second says what they
 *                wrote. What is dated before K stands on what is dated after, so that K is its time, too; `at` is NULL where
 *                the decision came after everything that is kept
 * undone_key     what of it is in tables that change in place, by name
 * undone_record  the records of that
 */
const UNDONE = ({ latestMs, keptUntilMs }: SettlingTimes) => `
  create index later_tx on later (tx);
  create table undone (tx text primary key, at int) without rowid;
  insert or ignore into undone select l.tx, iif(t.decided is null, null, max(l.created, ${keptUntilMs}))
    from later l left join transactions t on t.tx = l.tx left join dropped d on d.tx = l.tx
    where l.written is not null and l.created <= ${latestMs} and (t.at is null or d.tx is not null);
  create index wrote_by on wrote (tx, name);
  create table undone_key (name text, tx text, primary key (name, tx)) without rowid;
  insert or ignore into undone_key select w.name, w.tx from undone u cross join wrote w on w.tx = u.tx
    join record_table r on r.name = w.of_table;
  create table undone_record (name text primary key, of_table text) without rowid;
  insert or ignore into undone_record select w.name, w.of_table from undone_key k cross join wrote w
    on w.tx = k.tx and w.name = k.name;`;

const ROWS = `
  create table kept_key (name text, tx text, at int, primary key (name, tx)) without rowid;
  insert or ignore into kept_key select w.name, w.tx, t.at from wrote w join undone_record k on k.name = w.name
    join transactions t on t.tx = w.tx where t.at is not null and w.tx not in (select tx from dropped);
  create table undone_row (name text primary key, row_key text, state int, tx text, over int, before_tx text) without rowid;
  insert or ignore into undone_row select w.name, w.row_key, w.state, w.tx, w.over, null
    from near_row w join undone_record k on k.name = w.name where w.kind = ${RECORD};
  update undone_row set before_tx = i.tx from image i where i.kind = ${RECORD} and i.name = undone_row.name;
  create table undone_before (name text primary key, row_key text, state int, tx text, over int, before_tx text) without rowid;
  insert or ignore into undone_before select e.name, e.row_key, e.state, e.tx, e.over, e.before_tx
    from earlier_row e join undone_record k on k.name = e.name;`;

type Columns = readonly SQLOutputValue[];

/** Brings together what is known of each record that transactions have written which are not kept. */
export class UndoneRecords {
  readonly #scratch: Scratch;
  readonly #silent: string | undefined;

  constructor(scope: Scope, scratch: Scratch, times: SettlingTimes) {
    this.#scratch = scratch;
    nameTables(scope, scratch);
    scratch.exec(UNDONE(times));
    scratch.exec(ROWS);
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

/** The tables whose records change in place, by their logical names. */
function nameTables({ tables }: Scope, scratch: Scratch): void {
  scratch.exec("create table record_table (name text primary key, place int, source text) without rowid");
  const add = scratch.writer("insert into record_table values (?, ?, ?)");
  for (const [place, table] of tables.entries())
    if (table.as === "copy" && isMutable(table))
      add(logicalName(table.schema), place, earlierOf(tables, table)?.schema.physical ?? null);
}

function earlierOf(
  tables: readonly ScopedTable[],
  { database, schema }: ScopedTable,
): ScopedTable | undefined {
  return tables.find(
    (table) =>
      table.as === "earlier" &&
      table.database === database &&
      logicalName(table.schema) === logicalName(schema),
  );
}

/** A kept transaction, by now too young to be in the earlier copies, of which nothing says what it wrote. */
function silentOf(scratch: Scratch, { knownFromMs }: SettlingTimes): string | undefined {
  const [first] =
    scratch.rows(`select min(tx) from transactions t where at > ${knownFromMs} and coalesce(functions, 1) = 1
    and tx not in (select tx from dropped)
    and not exists (select 1 from later l where l.tx = t.tx and l.written is not null)`);
  return (first?.[0] as string | null) ?? undefined;
}
