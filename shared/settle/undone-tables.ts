import { logicalName } from "../verify/row-source.ts";
import { isMutable, type Scope, type ScopedTable } from "../verify/scope.ts";
import type { Scratch } from "../verify/scratch.ts";
import { ABORTED, COMMITTED } from "../verify/transaction-row.ts";
import { RECORD } from "./settling-spill.ts";
import type { SettlingTimes } from "./settling-times.ts";

/**
 * undone         transactions that are committed and not kept, as far as the coordinator of the later second says what they
 *                wrote. What is dated before K stands on what is dated after, so that K is its time, too; `at` is NULL where
 *                the decision came after everything that is kept
 * undone_key     what of it is in tables that change in place, by name
 * undone_record  the records of that
 */
const UNDONE = ({ latestMs, keptUntilMs }: SettlingTimes) => `
  create index later_tx on later (tx);
  create index wrote_by on wrote (tx, name);
  create table undone (tx text primary key, at int) without rowid;
  insert or ignore into undone select l.tx, iif(t.decided is null, null, max(l.created, ${keptUntilMs}))
    from later l left join transactions t on t.tx = l.tx left join dropped d on d.tx = l.tx
    where l.written is not null and l.created <= ${latestMs} and (t.at is null or d.tx is not null);
  create table undone_key (name text, tx text, primary key (name, tx)) without rowid;
  insert or ignore into undone_key select w.name, w.tx from undone u cross join wrote w on w.tx = u.tx
    join record_table r on r.name = w.of_table;
  create table undone_record (name text primary key, of_table text) without rowid;
  insert or ignore into undone_record select w.name, w.of_table from undone_key k cross join wrote w
    on w.tx = k.tx and w.name = k.name`;

/** What the copies do not even name was not kept either, and whoever reads the list is told. */
const UNSEEN = `
  insert or ignore into transactions (tx) select tx from undone_key;
  insert or ignore into dropped (tx, why) select tx, 'in-doubt' from (select distinct tx from undone_key order by tx)`;

const ROW =
  "(name text primary key, row_key text, state int, tx text, over int, before_tx text) without rowid";

/**
 * kept_key        who of those that are kept wrote any of these records since the earlier copy
 * undone_row      the row that the copy itself has of each
 * undone_before   the row that the earlier copy has of it
 * named_decision  what the coordinator says of transactions that these rows name
 */
const ROWS = `
  create table kept_key (name text, tx text, at int, primary key (name, tx)) without rowid;
  insert or ignore into kept_key select w.name, w.tx, t.at from wrote w cross join undone_record k on k.name = w.name
    join transactions t on t.tx = w.tx where t.at is not null and w.tx not in (select tx from dropped);
  create table undone_row ${ROW};
  insert or ignore into undone_row select w.name, w.row_key, w.state, w.tx, w.over, null
    from near_row w cross join undone_record k on k.name = w.name where w.kind = ${RECORD};
  update undone_row set before_tx = i.tx from image i where i.kind = ${RECORD} and i.name = undone_row.name;
  create table undone_before ${ROW};
  insert or ignore into undone_before select e.name, e.row_key, e.state, e.tx, e.over, e.before_tx
    from earlier_row e cross join undone_record k on k.name = e.name;
  create table named (tx text primary key) without rowid;
  insert or ignore into named select tx from undone_before where tx is not null;
  insert or ignore into named select before_tx from undone_before where before_tx is not null;
  create table named_decision (tx text primary key, created int, aborted int) without rowid;
  insert into named_decision select d.tx, min(iif(d.state = ${COMMITTED}, d.created, null)), max(d.state = ${ABORTED})
    from decision d cross join named n on n.tx = d.tx group by d.tx`;

/** False where no write set says of anything that it is to be undone. */
export function tellUndone(scope: Scope, scratch: Scratch, times: SettlingTimes): boolean {
  nameTables(scope, scratch);
  scratch.exec(UNDONE(times));
  const [first] = scratch.rows("select 1 from undone_record limit 1");
  if (first === undefined) return false;
  scratch.exec(UNSEEN);
  scratch.exec(ROWS);
  return true;
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
  const isSame = (table: ScopedTable) =>
    table.database === database && logicalName(table.schema) === logicalName(schema);
  return tables.find((table) => table.as === "earlier" && isSame(table));
}
