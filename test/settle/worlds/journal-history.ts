import { rowOfItem } from "../../../shared/databases/dynamodb/row-item.ts";
import { inputReferencesOf } from "../../../shared/verify/asset-input.ts";
import { logicalName, type Row, type TableSchema } from "../../../shared/verify/row-source.ts";
import { chanceOf } from "../../../simulator/chance.ts";
import { cut, type Journal } from "../../verify/journal-replay.ts";
import { ABORTED, assetTable, COMMITTED, DELETED, isInDoubt, STATE } from "./rows.ts";
import { type Attempt, type History, type Item, newestOf, type Version } from "./store.ts";

interface Retelling {
  /** Several writers' clocks, apart by as much as this either way, in place of the one that the journal was written by. */
  readonly boundMs: number;
  readonly seed: string;
  /** Whether mutable records are told of, too. */
  readonly records: boolean;
}

/** A journal of real writes as a history, with the times in its rows as other clocks would have told them. */
export function historyOf(journal: Journal, { boundMs, seed, records }: Retelling): History {
  const chance = chanceOf(seed);
  const schemas = schemasIn(journal).filter(({ role }) => records || role !== "record");
  const attempts = new Map<string, Attempt>();
  const attemptOf = (id: string) => {
    const known = attempts.get(id) ?? attempt(id);
    attempts.set(id, known);
    return known;
  };
  const told = clocksApart([...Array(3)].map(() => chance.pick([-1, 1, chance.between(-1, 1)]) * boundMs));
  const byTable = new Map(schemas.map((schema) => [logicalName(schema), schema]));
  const items = journal.histories.flatMap(({ table, versions }) => {
    const schema = byTable.get(table.slice(journal.prefix.length));
    const first = versions.find(({ item }) => item !== undefined)?.item;
    if (schema === undefined || first === undefined) return [];
    const item: Item = { table: logicalName(schema), key: keyIn(schema, rowOfItem(first)), versions: [] };
    for (const { atMs, item: state } of versions)
      item.versions.push({ atMs, ...versionOf(item, state && told(rowOfItem(state)), attemptOf) });
    return [item];
  });
  const decisions = decide(items, attemptOf);
  tellWrites(items);
  tellReads(items, attempts);
  const nowhere: Item = { table: STATE, key: {}, versions: [] };
  return {
    boundMs,
    logsWriteSets: items.some(({ versions }) => versions.some(({ row }) => row?.["tx_write_set"] != null)),
    schemas,
    items,
    attempts: [...attempts.values()],
    // The schema may have been loaded long before, and is no part of it.
    fromMs: Math.min(...items.flatMap(({ versions }) => versions.slice(0, 1).map(({ atMs }) => atMs))),
    untilMs: journal.lastMs,
    chance,
    decisionOf: (id) => decisions.get(id) ?? nowhere,
  };
}

function schemasIn(journal: Journal): readonly TableSchema[] {
  const { tables } = cut(journal, () => Infinity).tables;
  return tables.filter(({ role, transactional }) => transactional || role === "coordinator");
}

function attempt(id: string): Attempt {
  return { id, reads: new Map(), writes: new Map(), createdMs: undefined, decidedMs: undefined };
}

function keyIn({ partitionKey, clusteringKey }: TableSchema, row: Row): Row {
  return Object.fromEntries([...partitionKey, ...clusteringKey].map((name) => [name, row[name] ?? null]));
}

const OWN_TIMES = ["tx_prepared_at", "tx_created_at"] as const;

/** Each transaction has a clock; a committed row's time of commit is its own, one in doubt still has the other's. */
function clocksApart(offsets: readonly number[]): (row: Row) => Row {
  const offsetOf = (id: unknown) => {
    const text = String(id);
    const sum = [...text].reduce((known, letter) => (known * 31 + letter.charCodeAt(0)) % 65_521, 7);
    return Math.round(offsets[sum % offsets.length] ?? 0);
  };
  return (row) => {
    const committedBy = isInDoubt(row) ? row["before_tx_id"] : row["tx_id"];
    const shifts = {
      ...Object.fromEntries(OWN_TIMES.map((name) => [name, offsetOf(row["tx_id"])])),
      tx_committed_at: offsetOf(committedBy),
      before_tx_prepared_at: offsetOf(row["before_tx_id"]),
      before_tx_committed_at: offsetOf(row["before_tx_id"]),
    };
    const times = Object.entries(shifts).filter(([name]) => typeof row[name] === "number");
    return { ...row, ...Object.fromEntries(times.map(([name, by]) => [name, Number(row[name]) + by])) };
  };
}

function versionOf(
  item: Item,
  row: Row | undefined,
  attemptOf: (id: string) => Attempt,
): Omit<Version, "atMs"> {
  const { last, doubt, row: before } = newestOf(item);
  if (item.table === STATE) return { row, last: undefined, doubt: undefined };
  // A row in doubt goes when its delete commits, and when its insert is rolled back.
  if (row === undefined)
    return { row, last: before?.["tx_state"] === DELETED ? doubt : last, doubt: undefined };
  const writer = attemptOf(String(row["tx_id"]));
  return isInDoubt(row) ? { row, last, doubt: writer } : { row, last: writer, doubt: undefined };
}

/** When each was decided, by the coordinator's own item. */
function decide(items: readonly Item[], attemptOf: (id: string) => Attempt): ReadonlyMap<string, Item> {
  const decisions = items.filter(({ table }) => table === STATE);
  for (const { versions } of decisions) {
    const committed = versions.find(({ row }) => row?.["tx_state"] === COMMITTED);
    if (committed === undefined) continue;
    const decided = attemptOf(String(committed.row?.["tx_id"]));
    decided.decidedMs = committed.atMs;
    decided.createdMs = Number(committed.row?.["tx_created_at"]);
  }
  return new Map(decisions.map((item) => [String(item.key["tx_id"]), item]));
}

const OF_CONSENSUS_COMMIT = /^(before_|tx_)/;

function tellWrites(items: readonly Item[]): void {
  for (const item of items)
    for (const { row, doubt, last } of item.versions) {
      const writer = doubt ?? last;
      if (row === undefined || writer === undefined || row["tx_state"] === ABORTED) continue;
      const columns = Object.entries(row).filter(
        ([name]) => !OF_CONSENSUS_COMMIT.test(name) && !(name in item.key),
      );
      const isDelete = row["tx_state"] === DELETED;
      writer.writes.set(item, isDelete ? undefined : Object.fromEntries(columns));
    }
}

/** What asset records name as their input; what was read of other records leaves no trace. */
function tellReads(items: readonly Item[], attempts: ReadonlyMap<string, Attempt>): void {
  const records = items.filter(({ table }) => table.endsWith(".asset"));
  const named = new Map(records.map((item) => [`${item.table} ${item.key["id"]}/${item.key["age"]}`, item]));
  for (const { versions } of records)
    for (const { row } of versions) {
      const reader = attempts.get(String(row?.["tx_id"]));
      for (const read of inputReferencesOf(String(row?.["input"] ?? "{}")) ?? []) {
        const item = named.get(`${assetTable(read.namespace)} ${read.id}/${read.age}`);
        const writer = item?.versions.findLast(({ last }) => last !== undefined)?.last;
        if (item !== undefined && reader !== undefined) reader.reads.set(item, writer);
      }
    }
}
