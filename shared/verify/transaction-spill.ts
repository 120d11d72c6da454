import type { SQLOutputValue } from "node:sqlite";
import type { Decision } from "./coordinator-row.ts";
import type { Scratch } from "./scratch.ts";
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
  readonly #tables: readonly string[];
  readonly #write: ReturnType<Scratch["writer"]>;

  /** `tables` are logical names; rows refer to them by position. */
  constructor(scratch: Scratch, tables: readonly string[]) {
    this.#scratch = scratch;
    this.#tables = tables;
    scratch.exec(TABLE);
    this.#write = scratch.writer("insert into entry values (?, ?, ?, ?, ?, ?, ?)");
  }

  addRow(place: number, row: TransactionRow): void {
    const { transaction, key, state, preparedMs, committedMs, before } = row;
    this.#write(transaction, ROW, place, key, state ?? null, preparedMs ?? null, committedMs ?? null);
    if (isInDoubt(row) && before.transaction !== undefined && before.state === COMMITTED) {
      this.#write(before.transaction, BEFORE, place, key, null, null, null);
    }
  }

  addDecision({ transaction, state, createdMs, rank }: Decision, from: "copy" | "later"): void {
    const kind = from === "copy" ? DECISION : LATER;
    this.#write(transaction, kind, rank === "parent" ? PARENT : OWN, null, state, createdMs ?? null, null);
  }

  /** Every transaction once, in the order of their ids. */
  *transactions(): Generator<TransactionView> {
    let open: OpenView | undefined;
    for (const entry of this.#scratch.rows(
      "select tx, kind, place, key, state, prepared, committed from entry order by tx, kind, place",
    )) {
      const id = entry[0] as string;
      if (open?.id !== id) {
        if (open !== undefined) yield open;
        open = openView(id);
      }
      this.#fold(open, entry);
    }
    if (open !== undefined) yield open;
  }

  #fold(view: OpenView, [, kind, place, key, state, prepared, committed]: readonly SQLOutputValue[]): void {
    switch (kind) {
      case ROW:
        foldRow(
          view,
          this.#where(place, key),
          state as number | null,
          prepared as number | null,
          committed as number | null,
        );
        break;
      case BEFORE:
        view.committedBefore = counted(view.committedBefore, this.#where(place, key));
        break;
      case DECISION:
        // Sorted by rank: a parent's word comes first and stays.
        view.coordinator ??= said(state, prepared);
        break;
      default:
        view.later ??= said(state, prepared);
    }
  }

  #where(place: SQLOutputValue | undefined, key: SQLOutputValue | undefined): NonNullable<Tally["first"]> {
    return { table: this.#tables[place as number] ?? "", key: key as string };
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
  view.newestPreparedMs = newest(view.newestPreparedMs, preparedMs);
  if (state !== COMMITTED) {
    view.inDoubt = counted(view.inDoubt, where);
    return;
  }
  view.committed = counted(view.committed, where);
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
