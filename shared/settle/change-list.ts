import type { Scope } from "../verify/scope.ts";
import type { Scratch } from "../verify/scratch.ts";
import { COMMITTED, PREPARED } from "../verify/transaction-row.ts";
import type { Change } from "./change.ts";
import { ASSET, RECORD } from "./settling-spill.ts";

type Placed<T> = T extends Change ? Omit<T, "database" | "table"> : never;

/** What is to be done to the rows of a copy, in an order of its own however the tables were read. */
export class ChangeList {
  readonly #scope: Scope;
  readonly #scratch: Scratch;
  readonly #add: ReturnType<Scratch["writer"]>;
  count = 0;

  constructor(scope: Scope, scratch: Scratch) {
    this.#scope = scope;
    this.#scratch = scratch;
    scratch.exec("create table change (place int, row_key text, json text)");
    this.#add = scratch.writer("insert into change values (?, ?, ?)");
  }

  /** `place` is of the row's table in the scope. */
  add(place: number, change: Placed<Change>): void {
    const table = this.#scope.tables[place];
    const where = { database: table?.database ?? "", table: table?.schema.physical ?? "" };
    this.#add(place, change.key, JSON.stringify({ ...change, ...where }));
    this.count += 1;
  }

  *changes(): Generator<Change> {
    for (const [json] of this.#scratch.rows("select json from change order by place, row_key"))
      yield JSON.parse(json as string) as Change;
  }
}

/** All but the latest ages. */
export function listChanges(scratch: Scratch, changes: ChangeList): void {
  listRecords(scratch, changes);
  listDecisions(scratch, changes);
}

function listRecords(scratch: Scratch, changes: ChangeList): void {
  const query = `select w.place, w.kind, w.tx, w.row_key, w.state, t.at, d.tx is not null from near_row w
    join transactions t on t.tx = w.tx left join dropped d on d.tx = w.tx
    where w.kind in (${ASSET}, ${RECORD}) and (d.tx is not null or w.state <> ${COMMITTED})
      and (w.kind <> ${RECORD} or w.name not in (select name from mended))`;
  for (const [place, kind, tx, rowKey, rowState, atMs, isDropped] of scratch.rows(query)) {
    const state = rowState as number;
    const row = { key: rowKey as string, found: { transaction: tx as string, state } };
    const forward = { kind: "forward", ...row, committedMs: atMs as number } as const;
    const remove = { kind: "remove", ...row } as const;
    if (isDropped === 1) changes.add(place as number, kind === ASSET ? remove : { kind: "back", ...row });
    else changes.add(place as number, state === PREPARED ? forward : remove);
  }
}

/**
 * What was dropped is decided no more: the ledger would else answer that lost work is committed, and refuse it when a
 * client sends it again. What the coordinator has aborted stays so.
 */
function listDecisions(scratch: Scratch, changes: ChangeList): void {
  const query = `select c.place, c.tx, c.row_key, c.state from decision c
    join dropped d on d.tx = c.tx join transactions t on t.tx = c.tx where t.at is not null and c.row_key is not null`;
  for (const [place, transaction, key, state] of scratch.rows(query)) {
    const found = { transaction: transaction as string, state: state as number };
    changes.add(place as number, { kind: "remove", key: key as string, found });
  }
}
