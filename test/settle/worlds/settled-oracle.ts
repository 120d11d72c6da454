import type { Row } from "../../../shared/verify/row-source.ts";
import type { MemoryTables } from "../../verify/fixture-source.ts";
import type { Copy } from "./cut.ts";
import { wasRemoved } from "./raw-oracle.ts";
import { ABORTED, COMMITTED, changesInPlace, STATE } from "./rows.ts";
import { type Attempt, type History, type Item, writersOf } from "./store.ts";

interface Settled {
  readonly history: History;
  readonly copy: Copy;
  readonly tables: MemoryTables;
  readonly keptUntilMs: number;
}

/** What is broken of a settled copy, by the true history, and by no code of Stillpoint. */
export function brokenInSettled(settled: Settled): readonly string[] {
  const { history } = settled;
  const rows = rowsByItem(settled);
  const kept = new Set(history.attempts.filter((attempt) => isKept(settled, rows, attempt)));
  return [
    ...strangers(rows),
    ...history.items.flatMap((item) => (item.table === STATE ? [] : wrongRow(item, rows.get(item), kept))),
    ...[...kept].flatMap((attempt) => wrongReads(attempt, kept)),
    ...history.attempts.flatMap((attempt) => wrongDecision(settled, rows, attempt, kept)),
    ...lateDecisions(settled, rows),
  ];
}

/** Transactions that truly committed before C - 2B, whose decision nobody removed, and that are lost all the same. */
export function lostInSettled(settled: Settled): readonly string[] {
  const { history, copy } = settled;
  const rows = rowsByItem(settled);
  const beforeMs = copy.atSecond * 1000 - 2 * history.boundMs;
  return history.attempts.flatMap((attempt) => {
    const { id, decidedMs = Infinity } = attempt;
    if (decidedMs >= beforeMs || wasRemoved(history, copy, attempt) || isKept(settled, rows, attempt))
      return [];
    return [`${id} committed ${beforeMs - decidedMs} ms before C - 2B, and is lost`];
  });
}

type Rows = ReadonlyMap<Item, Row>;

function rowsByItem({ history, tables }: Settled): Rows {
  const names = new Map(history.items.map((item) => [nameOf(item.table, item.key, item.key), item]));
  const found = new Map<Item, Row>();
  for (const { namespace, table, partitionKey, clusteringKey } of tables.tables) {
    const keys = Object.fromEntries([...partitionKey, ...clusteringKey].map((column) => [column, null]));
    const name = `${namespace}.${table}`;
    for (const row of tables.rows.get(name) ?? []) {
      const item = names.get(nameOf(name, keys, row));
      if (item === undefined) throw new Error(`the settled copy has a row in ${name} that never was`);
      found.set(item, row);
    }
  }
  return found;
}

/** A group's decision is its parent's row, or the row of one that was aborted. */
function nameOf(table: string, keys: Row, row: Row): string {
  const values = Object.keys(keys).map((column) => row[column]);
  return `${table} ${values.join("/")}`.replace(table === STATE ? /\$.*$/ : /$^/, "");
}

/**
 * A transaction is in a settled copy where its asset records are; one without any, where the coordinator says so, or
 * where that was removed, by its time.
 */
function isKept({ history, copy, keptUntilMs }: Settled, rows: Rows, attempt: Attempt): boolean {
  if (attempt.decidedMs === undefined) return false;
  const records = [...attempt.writes.keys()].filter(({ table }) => table.endsWith(".asset"));
  if (records.length > 0) return records.some((item) => rows.get(item)?.["tx_id"] === attempt.id);
  const decision = rows.get(history.decisionOf(attempt.id));
  if (decision?.["tx_state"] === COMMITTED) return true;
  const isUndecided = !history
    .decisionOf(attempt.id)
    .versions.some(({ row }) => row?.["tx_state"] === COMMITTED);
  return (
    (isUndecided || wasRemoved(history, copy, attempt)) && (attempt.createdMs ?? Infinity) <= keptUntilMs
  );
}

function strangers(rows: Rows): readonly string[] {
  return [...rows].flatMap(([{ table, key }, row]) =>
    table === STATE || row["tx_state"] === COMMITTED
      ? []
      : [`a row in doubt in ${table}: ${JSON.stringify(key)}`],
  );
}

/** The row must be what the last kept transaction left behind, and those kept must be the first that wrote it. */
function wrongRow(item: Item, row: Row | undefined, kept: ReadonlySet<Attempt>): readonly string[] {
  const name = `${item.table} ${Object.values(item.key).join("/")}`;
  const order = writersOf(item);
  const stands = order.filter((attempt) => kept.has(attempt));
  if (stands.some((attempt, index) => order[index] !== attempt))
    return [
      `${name} is without ${order.find((attempt) => !kept.has(attempt))?.id}, but not without a later one`,
    ];
  const last = stands.at(-1);
  const wanted = last?.writes.get(item);
  if (wanted === undefined) return row === undefined ? [] : [`${name} is there, and should not be`];
  if (row === undefined) return [`${name} of ${last?.id} is not there`];
  const wrong = Object.entries({ ...wanted, tx_id: last?.id ?? "" }).filter(
    ([column, value]) => text(row[column]) !== text(value),
  );
  return [
    ...wrong.map(([column]) => `${name} has ${text(row[column])} as its ${column}, not that of ${last?.id}`),
    ...wrongColumns(item, row, stands.length).map((what) => `${name} ${what}`),
  ];
}

function wrongColumns(item: Item, row: Row, ages: number): readonly string[] {
  const found: string[] = [];
  if (typeof row["tx_committed_at"] !== "number") found.push("has no time of commit");
  if (hasImage(row) && !leavesImages(item, row)) found.push("has an image of before");
  const version = versionOf(item, row, ages);
  if (row["tx_version"] !== version) found.push(`has version ${row["tx_version"]}, not ${version}`);
  const prepared = item.versions.filter((each) => each.row?.["tx_id"] === row["tx_id"]);
  if (!prepared.some((each) => each.row?.["tx_prepared_at"] === row["tx_prepared_at"]))
    found.push("has another time of preparation");
  return found;
}

function versionOf({ table, versions }: Item, { tx_id }: Row, ages: number): unknown {
  if (changesInPlace(table)) return versions.find(({ row }) => row?.["tx_id"] === tx_id)?.row?.["tx_version"];
  return table.endsWith("_metadata") ? ages : 1;
}

function hasImage(row: Row): boolean {
  return Object.entries(row).some(([column, value]) => column.startsWith("before_") && value !== null);
}

/** ScalarDB before 3.16 does not clear them when it commits. */
function leavesImages({ versions }: Item, { tx_id }: Row): boolean {
  return versions.some(
    ({ row }) => row?.["tx_id"] === tx_id && row?.["tx_state"] === COMMITTED && hasImage(row),
  );
}

function text(value: unknown): string {
  return value instanceof Uint8Array ? Buffer.from(value).toString("hex") : String(value);
}

/** Who wrote nothing has left nothing that could be wrong. */
function wrongReads({ id, reads, writes }: Attempt, kept: ReadonlySet<Attempt>): readonly string[] {
  if (writes.size === 0) return [];
  return [...reads].flatMap(([item, writer]) =>
    writer === undefined || kept.has(writer)
      ? []
      : [`${id} has read what ${writer.id} wrote in ${item.table}, which is not kept`],
  );
}

/** What getState answers, and whether a resubmission with the same nonce would run again. */
function wrongDecision(
  { history, copy }: Settled,
  rows: Rows,
  attempt: Attempt,
  kept: ReadonlySet<Attempt>,
): readonly string[] {
  const { id } = attempt;
  const state = rows.get(history.decisionOf(id))?.["tx_state"];
  const some = history.attempts.filter((each) => each.id === id);
  const isAnyKept = some.some((each) => kept.has(each));
  if (state === COMMITTED && !isAnyKept) return [`${id} is called committed, and is not there`];
  if (state === COMMITTED || !kept.has(attempt) || wasRemoved(history, copy, attempt)) return [];
  const everDecided = history.decisionOf(id).versions.some(({ row }) => row?.["tx_state"] === COMMITTED);
  if (!everDecided) return [];
  return [`${id} is there, and its decision is ${state === ABORTED ? "ABORTED" : "not"}`];
}

function lateDecisions({ keptUntilMs }: Settled, rows: Rows): readonly string[] {
  return [...rows].flatMap(([{ table, key }, row]) =>
    table === STATE && row["tx_state"] === COMMITTED && Number(row["tx_created_at"]) > keptUntilMs
      ? [`a decision dated after K: ${JSON.stringify(key)}`]
      : [],
  );
}
