import type { Row } from "../../../shared/verify/row-source.ts";
import type { Copy } from "./cut.ts";
import { COMMITTED, changesInPlace, STATE } from "./rows.ts";
import type { History, Item } from "./store.ts";

const PAST_MS = 50_000;

/** Why nobody may settle this copy, as far as it can be seen in it: what the facts call conditions to refuse on. */
export function whyRefused(history: History, copy: Copy): readonly string[] {
  const { boundMs } = history;
  const cutMs = copy.atSecond * 1000;
  const spans = {
    boundMs,
    keptUntilMs: cutMs - boundMs,
    oldMs: cutMs - 2 * boundMs - Math.max(boundMs, 1000),
  };
  // Of a past long gone nothing is left that could be torn.
  const isNear = (row: Row) =>
    Number(row["tx_prepared_at"] ?? row["tx_created_at"]) > history.fromMs - PAST_MS;
  const rows = [...copy.versions].flatMap(([item, { row }]) =>
    row !== undefined && isNear(row) ? [{ item, row }] : [],
  );
  return [...rows.flatMap((found) => reasonsOf(history, copy, found, spans)), ...twoAges(rows)];
}

interface Found {
  readonly item: Item;
  readonly row: Row;
}

interface Spans {
  readonly boundMs: number;
  readonly keptUntilMs: number;
  readonly oldMs: number;
}

function reasonsOf(history: History, copy: Copy, { item, row }: Found, spans: Spans): readonly string[] {
  const { boundMs, keptUntilMs, oldMs } = spans;
  const id = String(row["tx_id"]);
  const latestMs = copy.atSecond * 1000 + 1000 + boundMs;
  if (item.table === STATE) {
    const createdMs = Number(row["tx_created_at"]);
    const inGroup = row["tx_child_ids"] !== undefined && createdMs > oldMs;
    return [
      ...(inGroup ? [`${id} committed in a group`] : []),
      ...(createdMs > latestMs ? [`${id} is of the future`] : []),
    ];
  }
  const [preparedMs, committedMs] = [Number(row["tx_prepared_at"]), Number(row["tx_committed_at"])];
  const isCommitted = row["tx_state"] === COMMITTED;
  const decision = copy.versions.get(history.decisionOf(id))?.row;
  const createdMs = decision?.["tx_state"] === COMMITTED ? Number(decision["tx_created_at"]) : undefined;
  const found: string[] = [];
  if (preparedMs > latestMs) found.push(`${id} is of the future`);
  if (createdMs !== undefined && preparedMs > createdMs + boundMs)
    found.push(`${id} prepared after it committed`);
  if (!isCommitted) return found;
  if (createdMs === undefined && preparedMs === committedMs && committedMs > oldMs)
    found.push(`${id} committed at once`);
  if (createdMs === undefined && committedMs > oldMs && committedMs <= keptUntilMs)
    found.push(`the decision of ${id} is gone`);
  const isOverwritten = changesInPlace(item.table) && (createdMs ?? committedMs) > keptUntilMs;
  if (!history.logsWriteSets && isOverwritten) found.push(`${id} is dropped, and has overwritten a record`);
  return found;
}

function twoAges(rows: readonly Found[]): readonly string[] {
  const records = rows.filter(({ item }) => item.table.endsWith(".asset"));
  const grouped = Map.groupBy(records, ({ item, row }) => `${row["tx_id"]} in ${item.table} ${row["id"]}`);
  return [...grouped].flatMap(([name, some]) =>
    some.length > 1 ? [`two ages of one asset are of ${name}`] : [],
  );
}
