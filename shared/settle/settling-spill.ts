import type { SQLInputValue } from "node:sqlite";
import { ATTACHED, type Scratch } from "../verify/scratch.ts";

// What a row is to its transaction.
export const ASSET = 0;
export const METADATA = 1;
export const RECORD = 2;
export type RowKind = typeof ASSET | typeof METADATA | typeof RECORD;

/**
 * `place` is the table's in the scope, `row_key` what the adapter calls the row, `over` whether a row is under one in doubt. Times that do not say when the row's own
 * transaction committed are NULL.
 *
 * old_tx    a committed row of long ago, by its transaction alone: it may be the only sign that another row's committed
 * run       ages of one asset that follow on each other, committed long ago; of the last one what asset_metadata repeats
 * old_read  the highest age of an asset that a record of long ago names as its input
 * near_row  any other row: in doubt, or committed lately
 * image     the committed row under one in doubt
 * overwriting  a record of an asset that was there before under the same age
 * need      a record that must stand for a transaction to stand
 * latest    every row of asset_metadata
 * decision  every decision of the coordinator
 * later     what the coordinator of a later second says was committed lately, and how many records it wrote: NULL where
 *           that is not known
 * wrote     the records that it wrote, by their names
 * earlier_row  every row of the copies of an earlier second; without its transaction where it is simply of long ago
 */
const TABLES = {
  old_tx: "tx text, committed int",
  run: "place int, ns text, id text, age int, till int, prepared int, tx text, last_prepared int, committed int, row_key text",
  old_read: "ns text, id text, age int, tx text, committed int",
  near_row:
    "place int, kind int, tx text, row_key text, name text, state int, prepared int, committed int, ns text, id text, age int, functions int, over int",
  image: "place int, kind int, tx text, name text, committed int, one_phase int",
  overwriting: "tx text, prepared int, name text",
  need: "tx text, ns text, id text, age int, prepared int",
  latest: "place int, ns text, id text, age int, tx text, state int, row_key text",
  decision: "place int, tx text, state int, created int, in_group int, row_key text",
  later: "tx text, created int, written int",
  wrote: "tx text, of_table text, name text",
  earlier_row: "place int, name text, row_key text, state int, tx text, over int, before_tx text",
} as const;
type Table = keyof typeof TABLES;

type Writer = (...values: SQLInputValue[]) => void;

const PLACE = "place int";

/** Everything that rows of a copy leave behind for the decision which transactions stand. */
export class SettlingSpill {
  readonly #scratch: Scratch;
  readonly add: Readonly<Record<Table, Writer>>;

  constructor(scratch: Scratch) {
    this.#scratch = scratch;
    const writers = Object.entries(TABLES).map(([table, columns]) => {
      scratch.exec(`create table ${table} (${columns})`);
      const marks = columns.split(",").map(() => "?");
      return [table, scratch.writer(`insert into ${table} values (${marks.join(", ")})`)] as const;
    });
    this.add = Object.fromEntries(writers) as Record<Table, Writer>;
  }

  /** Takes over what the attached spill of one table holds. */
  merge(place: number): void {
    for (const [table, columns] of Object.entries(TABLES)) {
      const names = columns.split(",").map((column) => column.trim().split(" ")[0]);
      const values = columns.startsWith(PLACE) ? [String(place), ...names.slice(1)] : names;
      this.#scratch.exec(`insert into ${table} select ${values.join(", ")} from ${ATTACHED}.${table}`);
    }
  }
}
