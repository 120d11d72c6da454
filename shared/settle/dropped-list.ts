import type { Scratch } from "../verify/scratch.ts";
import { type Dropped, MOST_NAMED } from "./change.ts";
import { ASSET, RECORD } from "./settling-spill.ts";

/** Every transaction of which nothing stays, but for those that the coordinator had aborted by itself. */
export function* droppedTransactions(scratch: Scratch): Generator<Dropped> {
  const query = `select d.tx, d.why, d.blame, t.at from dropped d join transactions t on t.tx = d.tx
    where d.why <> 'aborted' order by t.at, d.tx`;
  const rows = namesOf(scratch);
  for (const [transaction, why, on, at] of scratch.rows(query))
    yield {
      transaction: transaction as string,
      committedMs: at as number | null,
      why: why as Dropped["why"],
      ...(on !== null && { on: on as string }),
      assets: rows(transaction as string, ASSET),
      records: rows(transaction as string, RECORD),
    };
}

function namesOf(scratch: Scratch): (transaction: string, kind: number) => Dropped["assets"] {
  const rows = `(select name from near_row where tx = ?1 and kind = ?2
    union select name from image where tx = ?1 and kind = ?2
    union select name from undone_key where tx = ?1 and ?2 = ${RECORD})`;
  const find = scratch.finder(`select (select count(*) from ${rows}),
    (select json_group_array(name) from (select name from ${rows} order by name limit ${MOST_NAMED}))`);
  return (transaction, kind) => {
    const [count, named] = find(transaction, kind) ?? [];
    return { count: count as number, named: JSON.parse(named as string) as string[] };
  };
}
