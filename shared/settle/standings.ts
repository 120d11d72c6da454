import type { Scratch } from "../verify/scratch.ts";
import { ABORTED, COMMITTED } from "../verify/transaction-row.ts";
import { ASSET } from "./settling-spill.ts";
import type { SettlingTimes } from "./settling-times.ts";

/**
 * One row for every transaction that is not simply of long ago. `at` is when it committed: by the coordinator, else by its
 * committed rows, of which one proves that it did (its coordinator row may have been cleaned up, and a late reader may
 * then have left an ABORTED one); NULL where nothing says so.
 */
const TRANSACTIONS = `
  create table touched (tx text primary key) without rowid;
  insert or ignore into touched select tx from near_row;
  insert or ignore into touched select tx from image;
  insert or ignore into touched select tx from decision where row_key is not null or (in_group = 1 and state = ${COMMITTED} and created > :near);
  create table transactions (tx text primary key, decided int, aborted int, committed int, last_committed int, one_phase int,
    last_prepared int, functions int, at int) without rowid;
  insert into transactions
    select tx, min(decided), max(aborted), min(committed), max(committed), min(one_phase), max(prepared), min(functions),
      coalesce(min(decided), min(committed))
    from (
      select d.tx, case when state = ${COMMITTED} then created end as decided, state = ${ABORTED} as aborted,
        null as committed, null as one_phase, null as prepared, null as functions
        from decision d cross join touched t on t.tx = d.tx
      union all select tx, null, 0, committed, iif(state = ${COMMITTED}, coalesce(prepared = committed, 0), null), prepared, functions from near_row
      union all select tx, null, 0, committed, one_phase, null, null from image
      union all select o.tx, null, 0, coalesce(committed, 0), 0, null, null from old_tx o cross join touched t on t.tx = o.tx
    ) group by tx`;

/** Records of long ago that stand for sure, of assets that anything is decided about here. */
const STANDING_RUNS = `
  create table asked (ns text, id text, primary key (ns, id)) without rowid;
  insert or ignore into asked select ns, id from need;
  create table asked_run (ns text, id text, age int, till int);
  insert into asked_run select r.ns, r.id, r.age, r.till from run r cross join asked a on a.ns = r.ns and a.id = r.id;
  create index asked_run_of on asked_run (ns, id, age);
  create index near_row_asset on near_row (ns, id, age) where kind = ${ASSET};
  create index near_row_tx on near_row (tx);
  create index need_of on need (ns, id, age);`;

/**
 * Decides which transactions stand. Committed by what is kept up to, and closed: each needs the records that it names as
 * its input, and the age before each that it wrote. What needs something of a transaction that does not stand does not
 * stand either. That makes the order of several writers' clocks harmless.
 */
export function decideStandings(scratch: Scratch, times: SettlingTimes): void {
  scratch.exec(TRANSACTIONS.replaceAll(":near", String(times.nearMs)));
  scratch.exec(STANDING_RUNS);
  scratch.exec(`create table dropped (place integer primary key, tx text unique, why text, blame text);
    insert into dropped (tx, why) select tx, iif(at is not null, 'late', iif(aborted = 1, 'aborted', 'in-doubt'))
      from transactions where at is null or at > ${times.keptUntilMs} order by tx;
    insert into dropped (tx, why, blame) select tx, 'dependent', min(ns || ':' || id || '/' || age) from need n
      where tx not in (select tx from dropped)
        and not exists (select 1 from asked_run r where r.ns = n.ns and r.id = n.id and n.age between r.age and r.till)
        and not exists (select 1 from near_row w where w.kind = ${ASSET} and w.ns = n.ns and w.id = n.id and w.age = n.age)
      group by tx order by tx`);
  const transactionAt = scratch.finder("select tx from dropped where place = ?");
  const drop = scratch.writer(`insert or ignore into dropped (tx, why, blame)
    select n.tx, 'dependent', min(n.ns || ':' || n.id || '/' || n.age) from near_row w cross join need n
      on n.ns = w.ns and n.id = w.id and n.age = w.age
      where w.tx = ? and w.kind = ${ASSET} group by n.tx order by n.tx`);
  // The table grows while it is walked: whatever was dropped may drop others.
  for (let place = 1; ; place += 1) {
    const [transaction] = transactionAt(place) ?? [];
    if (transaction === undefined) return;
    drop(transaction);
  }
}
