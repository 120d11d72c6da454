import { assetArgumentOf } from "../verify/asset-argument.ts";
import { inputReferencesOf } from "../verify/asset-input.ts";
import { coordinatorRowOf, decisionsOf } from "../verify/coordinator-row.ts";
import { integerOf, textOf } from "../verify/row.ts";
import type { Page, Row, TableSchema } from "../verify/row-source.ts";
import { ledgerNamespaceOf, type SystemNamespaces } from "../verify/table-role.ts";
import { COMMITTED, isInDoubt, type TransactionRow, transactionRowOf } from "../verify/transaction-row.ts";
import { OldReads } from "./old-reads.ts";
import { OldRuns } from "./old-runs.ts";
import { recordNameIn, rowKeyAt } from "./row-name.ts";
import { ASSET, METADATA, RECORD, type RowKind, type SettlingSpill } from "./settling-spill.ts";
import type { SettlingTimes } from "./settling-times.ts";

interface SettlingIntakeParts {
  readonly table: TableSchema;
  /** What rows of the table are spilled under. */
  readonly place: number;
  readonly namespaces: SystemNamespaces;
  readonly times: SettlingTimes;
  readonly spill: SettlingSpill;
}

/** A row with what its adapter calls it, asked only where it may have to be changed. */
interface Found {
  readonly row: Row;
  readonly key: () => string;
}

/** Takes in rows of one table of a copy that is to be settled. */
export class SettlingIntake {
  readonly #table: TableSchema;
  readonly #place: number;
  readonly #times: SettlingTimes;
  readonly #spill: SettlingSpill;
  readonly #namespace: string;
  readonly #runs: OldRuns;
  readonly #reads: OldReads;

  constructor({ table, place, namespaces, times, spill }: SettlingIntakeParts) {
    this.#table = table;
    this.#place = place;
    this.#times = times;
    this.#spill = spill;
    this.#namespace = ledgerNamespaceOf(table.namespace, namespaces) ?? table.namespace;
    this.#runs = new OldRuns(place, this.#namespace, spill);
    this.#reads = new OldReads(spill);
  }

  take({ rows, keyAt }: Page): void {
    for (const [index, row] of rows.entries())
      this.#takeRow({ row, key: () => rowKeyAt(this.#table, keyAt, index) });
  }

  /** Once all rows were taken. */
  finish(): void {
    this.#runs.flush();
    this.#reads.flush();
  }

  #takeRow(found: Found): void {
    switch (this.#table.role) {
      case "coordinator":
        this.#takeDecision(found);
        break;
      case "asset":
        this.#takeAsset(found);
        break;
      case "asset_metadata":
        this.#takeMetadata(found);
        break;
      case "record":
        this.#takeTransactional(found, RECORD, {});
        break;
      default:
        break;
    }
  }

  #takeDecision({ row, key }: Found): void {
    const decided = coordinatorRowOf(row);
    if (decided === undefined) return;
    const createdMs = decided.createdMs ?? 0;
    const inGroup = decided.children === undefined ? 0 : 1;
    const mayGo = createdMs > this.#times.nearMs && inGroup === 0;
    for (const { transaction, state } of decisionsOf(decided))
      this.#spill.add.decision(this.#place, transaction, state, createdMs, inGroup, mayGo ? key() : null);
  }

  #takeAsset(found: Found): void {
    const id = textOf(found.row, "id");
    const age = integerOf(found.row, "age");
    if (id === undefined || age === undefined) return;
    const taken = this.#takeTransactional(found, ASSET, { id, age });
    const references = inputReferencesOf(textOf(found.row, "input") ?? "{}") ?? [];
    if (taken?.isNear === true) {
      const { transaction, preparedMs = null, before, key } = taken.row;
      if (before.transaction !== undefined || before.version !== undefined)
        this.#spill.add.overwriting(transaction, preparedMs, `${this.#namespace}:${key}`);
      if (age > 0) this.#spill.add.need(transaction, this.#namespace, id, age - 1, preparedMs);
      for (const read of references)
        this.#spill.add.need(transaction, read.namespace, read.id, read.age, preparedMs);
      return;
    }
    if (taken === undefined && textOf(found.row, "tx_id") !== undefined) return;
    this.#runs.add({ id, age, row: taken?.row, key: found.key });
    for (const read of references)
      if (read.id !== id || read.namespace !== this.#namespace) this.#reads.add(read, taken?.row);
  }

  #takeMetadata(found: Found): void {
    const id = textOf(found.row, "asset_id");
    if (id === undefined) return;
    const age = integerOf(found.row, "latest_age") ?? 0;
    const taken = this.#takeTransactional(found, METADATA, { id, age });
    const state = integerOf(found.row, "tx_state") ?? null;
    const transaction = textOf(found.row, "tx_id") ?? "";
    this.#spill.add.latest(this.#place, this.#namespace, id, age, transaction, state, found.key());
    // Its own record: what says that it is the latest has seen it.
    if (taken?.isNear === true)
      this.#spill.add.need(transaction, this.#namespace, id, age, taken.row.preparedMs ?? null);
  }

  /** Nothing where the row is none of a transaction, or in a state that no row can have: verification tells. */
  #takeTransactional(
    { row, key }: Found,
    kind: RowKind,
    { id, age }: { readonly id?: string; readonly age?: number },
  ): { readonly row: TransactionRow; readonly isNear: boolean } | undefined {
    const found = transactionRowOf(this.#table, row);
    if (found === undefined || (found.state !== COMMITTED && !isInDoubt(found))) return undefined;
    const { transaction, state = null, preparedMs, committedMs } = found;
    if (isInDoubt(found)) this.#takeImage(found, kind);
    else if ((preparedMs ?? 0) <= this.#times.nearMs && (committedMs ?? 0) <= this.#times.nearMs) {
      this.#spill.add.old_tx(transaction, committedMs ?? null);
      return { row: found, isNear: false };
    }
    const ownCommit = state === COMMITTED ? (committedMs ?? preparedMs ?? null) : null;
    const named = kind === RECORD ? recordNameIn(this.#table, found.key) : `${this.#namespace}:${found.key}`;
    const { before } = found;
    const over = Number(before.transaction !== undefined || before.version !== undefined);
    const functions = kind === ASSET ? Number(mayRunFunctions(row)) : null;
    const asset = kind === RECORD ? [null, null, null] : [this.#namespace, id ?? null, age ?? null];
    const times = [preparedMs ?? null, ownCommit];
    this.#spill.add.near_row(
      this.#place,
      kind,
      transaction,
      key(),
      named,
      state,
      ...times,
      ...asset,
      functions,
      over,
    );
    return { row: found, isNear: true };
  }

  #takeImage({ before, key }: TransactionRow, kind: RowKind): void {
    if (before.transaction === undefined || before.state !== COMMITTED) return;
    const { preparedMs } = before;
    const committedMs = before.committedMs ?? preparedMs ?? 0;
    if (committedMs <= this.#times.nearMs) this.#spill.add.old_tx(before.transaction, committedMs);
    else {
      const name = recordNameIn(this.#table, key);
      const onePhase = Number(preparedMs === committedMs);
      this.#spill.add.image(this.#place, kind, before.transaction, name, committedMs, onePhase);
    }
  }
}

/** Whether the contract may have written other records than assets. */
function mayRunFunctions(row: Row): boolean {
  return assetArgumentOf(textOf(row, "argument") ?? "")?.functions !== "";
}
