import type { SQLOutputValue } from "node:sqlite";
import type { Decision } from "./coordinator-row.ts";
import { ATTACHED, type Scratch } from "./scratch.ts";
import { COMMITTED, isInDoubt, type TransactionRow } from "./transaction-row.ts";
import { type CoordinatorSays, NO_ROWS, type Tally, type TransactionView } from "./transaction-view.ts";

// Kinds of entries; SQLite stores small integers in a byte.
const ROW = 0;
const BEFORE = 1;
const DECISION = 2;
const LATER = 3;

const PARENT = 0;
const OWN = 1;

/** One table for all kinds, so that one sort brings together whatever is known of a transaction. */
const TABLE = `create table entry (tx text, kind int, place int, key text, state int, prepared int, committed int)`;

/** Brings the rows of all tables and both coordinators together by transaction. */
export class TransactionSpill {
  readonly #scratch: Scratch;
  readonly #write: ReturnType<Scratch["writer"]>;

  constructor(scratch: Scratch) {
    this.#scratch = scratch;
    scratch.exec(TABLE);
    this.#write = scratch.writer("insert into entry values (?, ?, ?, ?, ?, ?, ?)");
  }

  /** `place` stands for the row's table. */
  addRow(place: number, row: TransactionRow): void {
    const { transaction, key, state, preparedMs, committedMs, before } = row;
    this.#write(transaction, ROW, place, key, state ?? null, preparedMs ?? null, committedMs ?? null);
    if (isInDoubt(row) && before.transaction !== undefined && before.state === COMMITTED) {
      const { preparedMs: prepared = null, committedMs: committed = null } = before;
      this.#write(before.transaction, BEFORE, place, key, null, prepared, committed);
    }
  }

  addDecision({ transaction, state, createdMs, rank }: Decision, from: "copy" | "later"): void {
    const kind = from === "copy" ? DECISION : LATER;
    this.#write(transaction, kind, rank === "parent" ? PARENT : OWN, null, state, createdMs ?? null, null);
  }

  /** Takes over what the attached spill of one table holds. */
  merge(place: number): void {
    this.#scratch.exec(`insert into entry select tx, kind, case when kind in (${ROW}, ${BEFORE}) then ${place} else place end,
      key, state, prepared, committed from ${ATTACHED}.entry`);
  }

  /** Every transaction once, in the order of their ids. `tables` are the logical names by place. */
  *transactions(tables: readonly string[]): Generator<TransactionView> {
    let open: OpenView | undefined;
    // By all columns, so that what comes first does not depend on the order in which the rows were read.
    for (const entry of this.#scratch.rows(
      "select tx, kind, place, key, state, prepared, committed from entry order by 1, 2, 3, 4, 5, 6, 7",
    )) {
      const id = entry[0] as string;
      if (open?.id !== id) {
        if (open !== undefined) yield open;
        open = openView(id);
      }
      fold(open, entry, tables);
    }
    if (open !== undefined) yield open;
  }
}

/** When, by the later coordinator in the attached spill, something committed; in no order, a group's once for each child. */
export function* laterCommits(scratch: Scratch): Generator<number> {
  const sql = `select prepared from ${ATTACHED}.entry where kind = ${LATER} and state = ${COMMITTED} and prepared is not null`;
  for (const [atMs] of scratch.rows(sql)) yield atMs as number;
}

function fold(view: OpenView, entry: readonly SQLOutputValue[], tables: readonly string[]): void {
  const [, kind, place, key, state, prepared, committed] = entry;
  const where = () => ({ table: tables[place as number] ?? "", key: key as string });
  switch (kind) {
    case ROW:
      foldRow(view, where(), state as number | null, prepared as number | null, committed as number | null);
      break;
    case BEFORE:
      view.committedBefore = counted(view.committedBefore, where());
      foldTimes(view, prepared as number | null, committed as number | null);
      break;
    case DECISION:
      // Sorted by rank: a parent's word comes first and stays.
      view.coordinator ??= said(state, prepared);
      break;
    default:
      view.later ??= said(state, prepared);
  }
}

type OpenView = { -readonly [K in keyof TransactionView]: TransactionView[K] };

function openView(id: string): OpenView {
  return {
    id,
    committed: NO_ROWS,
    inDoubt: NO_ROWS,
    committedBefore: NO_ROWS,
    onePhase: true,
    newestPreparedMs: undefined,
    newestCommittedMs: undefined,
    coordinator: undefined,
    later: undefined,
  };
}

function foldRow(
  view: OpenView,
  where: NonNullable<Tally["first"]>,
  state: number | null,
  preparedMs: number | null,
  committedMs: number | null,
): void {
  if (state !== COMMITTED) {
    view.newestPreparedMs = newest(view.newestPreparedMs, preparedMs);
    view.inDoubt = counted(view.inDoubt, where);
    return;
  }
  view.committed = counted(view.committed, where);
  foldTimes(view, preparedMs, committedMs);
}

/** Of a committed row, be it there or under one in doubt. */
function foldTimes(view: OpenView, preparedMs: number | null, committedMs: number | null): void {
  view.newestPreparedMs = newest(view.newestPreparedMs, preparedMs);
  view.newestCommittedMs = newest(view.newestCommittedMs, committedMs);
  view.onePhase &&= preparedMs !== null && preparedMs === committedMs;
}

function counted(tally: Tally, where: NonNullable<Tally["first"]>): Tally {
  return { count: tally.count + 1, first: tally.first ?? where };
}

function newest(known: number | undefined, ms: number | null): number | undefined {
  return ms === null ? known : Math.max(known ?? ms, ms);
}

function said(state: SQLOutputValue | undefined, createdMs: SQLOutputValue | undefined): CoordinatorSays {
  return { state: state as number, createdMs: (createdMs as number | null) ?? undefined };
}
