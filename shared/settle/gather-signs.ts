import type { Scratch } from "../verify/scratch.ts";
import { timeText } from "../verify/time-text.ts";
import { COMMITTED } from "../verify/transaction-row.ts";
import { ASSET, RECORD } from "./settling-spill.ts";
import type { SettlingTimes } from "./settling-times.ts";
import { named, type Signs, type Stop } from "./signs.ts";

/** Rows of `transaction, time, what` for a reason to stop, in an order that is the same however a table was cut. */
interface Question {
  readonly stop: Stop;
  readonly sql: (times: SettlingTimes) => string;
  readonly tell: (what: string, times: SettlingTimes) => string;
}

const QUESTIONS: readonly Question[] = [
  {
    stop: "COPY_DISPROVEN",
    sql: () => "select tx, max(prepared), min(name) from overwriting group by tx order by tx",
    tell: (what) => `has overwritten record "${what}", which no ledger does`,
  },
  {
    stop: "SETTLE_CLOCKS",
    sql: ({ latestMs }) => `select tx, max(at), null from (
      select tx, max(coalesce(prepared, 0), coalesce(committed, 0)) as at from near_row
      union all select tx, committed from image union all select tx, created from decision)
      where at > ${latestMs} group by tx order by tx`,
    tell: (_, { latestMs }) => `is dated after ${timeText(latestMs)}, the last that these copies can hold`,
  },
  {
    stop: "SETTLE_CLOCKS",
    sql: ({ boundMs }) => `select n.tx, min(n.prepared), min(w.name) from need n
      cross join near_row w on w.kind = ${ASSET} and w.ns = n.ns and w.id = n.id and w.age = n.age
      join transactions t on t.tx = w.tx join transactions r on r.tx = n.tx
      where n.tx <> w.tx and r.at is not null and n.prepared < coalesce(w.committed, t.at) - ${2 * boundMs} group by n.tx order by n.tx`,
    tell: (what) => `is dated long before "${what}", which it has read`,
  },
  {
    stop: "SETTLE_RETRIED",
    sql: ({
      boundMs,
    }) => `select w.tx, max(w.prepared), min(w.name) from near_row w join transactions t on t.tx = w.tx
      where w.prepared > t.decided + ${boundMs} or w.prepared > t.committed + ${2 * boundMs} group by w.tx order by w.tx`,
    tell: (what) => `had committed when it prepared "${what}"`,
  },
  {
    stop: "SETTLE_RETRIED",
    sql: ({
      boundMs,
    }) => `select tx, decided, null from transactions where committed < decided - ${2 * boundMs}
      order by tx`,
    tell: () => "committed long after rows of it had",
  },
  {
    stop: "SETTLE_RETRIED",
    sql: () => `select tx, max(prepared), min(name) from near_row where kind = ${ASSET}
      group by tx, ns, id having count(*) > 1 order by tx, 3`,
    tell: (what) => `has two records of one asset, "${what}" and a later one`,
  },
  {
    stop: "SETTLE_GROUP_COMMIT",
    sql: ({ oldMs }) =>
      `select tx, created, null from decision where in_group = 1 and created > ${oldMs} order by tx`,
    tell: () => "was committed in a group",
  },
  {
    stop: "SETTLE_ONE_PHASE",
    sql: ({ tracedMs }) => `select tx, last_committed, null from transactions
      where decided is null and one_phase = 1 and last_committed > ${tracedMs} order by tx`,
    tell: () => "was prepared and committed at once, and has no row in the coordinator",
  },
  {
    stop: "SETTLE_PURGED",
    sql: ({ tracedMs, keptUntilMs }) => `select w.tx, max(w.committed), null from (
      select tx, committed from near_row where state = ${COMMITTED} union all select tx, committed from image) w
      join transactions t on t.tx = w.tx
      where t.decided is null and w.committed > ${tracedMs} and w.committed <= ${keptUntilMs} group by w.tx order by w.tx`,
    tell: () => "committed, and the coordinator of the copies does not say so",
  },
  {
    stop: "SETTLE_OLD",
    sql: ({ oldMs }) => `select d.tx, t.at, d.blame from dropped d join transactions t on t.tx = d.tx
      where d.why = 'dependent' and t.at <= ${oldMs} order by d.tx`,
    tell: (what) => `needs record "${what}" that does not stand`,
  },
  {
    stop: "SETTLE_UNRESOLVED",
    sql: () => `select w.tx, t.at, w.name from (
      select tx, name from near_row where kind = ${RECORD} and state = ${COMMITTED}
      union all select tx, name from image where kind = ${RECORD}) w
      join dropped d on d.tx = w.tx join transactions t on t.tx = w.tx
      where not exists (select 1 from undone_key k where k.name = w.name and k.tx = w.tx) order by w.name, w.tx`,
    tell: (what) => `is dropped, and "${what}" does not say what it was before`,
  },
  {
    stop: "SETTLE_UNRESOLVED",
    sql: () => `select w.tx, l.created, min(w.name) from near_row w join later l on l.tx = w.tx
      where w.kind = ${RECORD} and l.written is not null
        and not exists (select 1 from wrote n where n.tx = w.tx and n.name = w.name)
      group by w.tx order by w.tx`,
    tell: (what) => `has written "${what}", which its write set does not name`,
  },
  {
    stop: "SETTLE_UNRESOLVED",
    sql: ({ boundMs, keptUntilMs }) => `with reader as materialized (
        select t.tx, t.at from transactions t left join later l on l.tx = t.tx
        where t.at >= ${keptUntilMs - 2 * boundMs} and coalesce(t.functions, 1) = 1 and coalesce(l.written, 1) > 0
          and t.tx not in (select tx from dropped))
      select r.tx, r.at, min(k.name) from reader r cross join undone u on r.at >= u.at - ${2 * boundMs}
        cross join undone_key k on k.tx = u.tx
      where not exists (select 1 from wrote w where w.tx = r.tx and w.name = k.name) group by r.tx order by r.tx`,
    tell: (what) => `is kept, and may have read "${what}" as a transaction left it that is not`,
  },
];

/**
 * A delete leaves nothing to see, and nor does its transaction where the coordinator was cut before its decision: that is
 * why the coordinator of a later second is asked. Where records can change, only a transaction of which a record of the
 * ledger says that it ran no function has deleted none; and of one whose write set is known, that is settled.
 */
const UNSEEN_DELETES: Question = {
  stop: "SETTLE_UNRESOLVED",
  sql: ({ latestMs }) => `select tx, max(at), null from (
      select d.tx, t.at, t.functions from dropped d join transactions t on t.tx = d.tx where t.at is not null
      union all select l.tx, l.created, t.functions from later l left join transactions t on t.tx = l.tx
        left join dropped d on d.tx = l.tx where l.created <= ${latestMs} and (t.at is null or d.tx is not null)) x
    where coalesce(functions, 1) = 1
      and not exists (select 1 from near_row w where w.tx = x.tx and w.kind = ${RECORD} and w.state = ${COMMITTED})
      and not exists (select 1 from later w where w.tx = x.tx and w.written is not null)
    group by tx order by tx`,
  tell: () => "is not kept, and may have deleted records, which leaves nothing to see",
};

/** Asks of all that was taken in and decided what forbids to settle the copy. */
export function gatherSigns(scratch: Scratch, times: SettlingTimes, hasRecords: boolean, signs: Signs): void {
  const questions = hasRecords ? [...QUESTIONS, UNSEEN_DELETES] : QUESTIONS;
  for (const { stop, sql, tell } of questions)
    for (const [transaction, atMs, what] of scratch.rows(sql(times)))
      signs.add(
        stop,
        `${named(transaction as string, atMs as number | null)} ${tell((what as string | null) ?? "", times)}`,
      );
}
