import type { Condition, Mutation } from "./mutation.ts";
import { beforeColumns, type Columns, keyOf, type Table, versionedColumns } from "./table.ts";
import { number, numberOf, text, textOf } from "./value.ts";

/** `tx_state` as it is stored. */
export const STATE = { prepared: 1, deleted: 2, committed: 3, aborted: 4 } as const;

/** What a transaction will do to one record, and the record as the transaction read it. */
export type Write = { readonly table: Table; readonly key: Columns; readonly before: Columns | undefined } & (
  | { readonly kind: "put"; readonly columns: Columns; readonly cleared: readonly string[] }
  | { readonly kind: "delete" }
);

/** The first half of a write: the new values, marked as not committed, beside a copy of the old ones. */
export function prepareMutation(write: Write, txId: string, preparedAtMs: number): Mutation {
  const { table, key, before } = write;
  const state = write.kind === "put" ? STATE.prepared : STATE.deleted;
  const tx = { tx_id: text(txId), tx_state: number(state), tx_prepared_at: number(preparedAtMs) };
  const values = write.kind === "put" ? write.columns : {};
  const cleared = write.kind === "put" ? write.cleared : [];
  if (!before) {
    const columns = { ...key, ...values, ...tx, tx_version: number(1) };
    return { kind: "put", table, key, columns, cleared, condition: { kind: "absent" } };
  }
  const version = number(numberOf(before, "tx_version") + 1);
  const columns = { ...values, ...tx, ...beforeImage(table, before), tx_version: version };
  return {
    kind: "put",
    table,
    key,
    columns,
    cleared,
    condition: present({ tx_id: text(textOf(before, "tx_id")) }),
  };
}

/** The second half, by the transaction itself: the values stay, the copy of the old ones goes. */
export function commitMutation(write: Write, txId: string, committedAtMs: number): Mutation {
  const state = write.kind === "put" ? STATE.prepared : STATE.deleted;
  const cleared = write.before ? beforeColumns(write.table) : [];
  return finished(write.table, write.key, txId, state, committedAtMs, cleared);
}

/** The second half, by whoever found the record in doubt and its transaction committed. */
export function rollForwardMutation(table: Table, record: Columns, committedAtMs: number): Mutation {
  const [txId, state] = [textOf(record, "tx_id"), numberOf(record, "tx_state")];
  return finished(table, keyOf(table, record), txId, state, committedAtMs, beforeColumns(table));
}

/** Puts the old values back, or removes a record that there was not before. */
export function rollBackMutation(table: Table, record: Columns): Mutation {
  const key = keyOf(table, record);
  const condition = inDoubt(textOf(record, "tx_id"), numberOf(record, "tx_state"));
  const { before_tx_id: previous } = record;
  if (!previous) return { kind: "delete", table, key, condition };
  const names = versionedColumns(table);
  const columns: Record<string, Columns[string]> = {};
  for (const name of names) {
    const old = record[`before_${name}`];
    if (old) columns[name] = old;
  }
  const cleared = [...names.filter((name) => !(name in columns)), ...beforeColumns(table)];
  return { kind: "put", table, key, columns, cleared, condition };
}

/** Whether a stored record belongs to a transaction that may not have ended. */
export function isInDoubt(record: Columns): boolean {
  const state = numberOf(record, "tx_state");
  return state === STATE.prepared || state === STATE.deleted;
}

function finished(
  table: Table,
  key: Columns,
  txId: string,
  state: number,
  committedAtMs: number,
  cleared: readonly string[],
): Mutation {
  const condition = inDoubt(txId, state);
  if (state === STATE.deleted) return { kind: "delete", table, key, condition };
  const columns = { tx_committed_at: number(committedAtMs), tx_state: number(STATE.committed) };
  return { kind: "put", table, key, columns, cleared, condition };
}

function beforeImage(table: Table, before: Columns): Columns {
  const image: Record<string, Columns[string]> = {};
  for (const name of versionedColumns(table)) {
    const old = before[name];
    if (old) image[`before_${name}`] = old;
  }
  return image;
}

function inDoubt(txId: string, state: number): Condition {
  return present({ tx_id: text(txId), tx_state: number(state) });
}

function present(equal: Columns): Condition {
  return { kind: "present", equal };
}
