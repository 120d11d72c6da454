import type { Row, TableSchema, Value } from "../../shared/verify/row-source.ts";
import { logicalName } from "../../shared/verify/row-source.ts";
import { DEFAULT_CLOCKS } from "../../shared/verify/subject.ts";
import { changed, loadFixture, type MemoryTables } from "../verify/fixture-source.ts";

/** The second that copies are of. */
export const SECOND = 1_800_000_000;
export const CUT_MS = SECOND * 1000;
export const BOUND_MS = DEFAULT_CLOCKS.scalarClockBoundMs + DEFAULT_CLOCKS.databaseSkewMs;
export const KEPT_MS = CUT_MS - BOUND_MS;
/** No transaction that committed up to then may be dropped. */
export const OLD_MS = KEPT_MS - 2 * BOUND_MS;
/** What committed later must be in the coordinator. */
export const TRACED_MS = CUT_MS - 60_000;

const PREPARED_BEFORE_MS = 40;

export interface Written {
  readonly transaction: string;
  /** Of the commit; rows were prepared a moment before. */
  readonly atMs: number;
  /** Records of assets, such as `a/3` or `orders:a/3`. */
  readonly assets?: readonly string[];
  /** Other records that it read, by the same names. */
  readonly reads?: readonly string[];
  /** How far it got: see `STAGES`. */
  readonly stage?: Stage;
  readonly functions?: string;
}

/** `prepared`: its rows, and no more; `decided`: the coordinator's row too; `gone`: all, and that row is cleaned up. */
export type Stage = "prepared" | "decided" | "committed" | "gone" | "aborted" | "spurious";

const REAL = loadFixture("whole.jsonl", "prod_");

function schemaOf(name: string): TableSchema {
  const found = REAL.tables.find((table) => logicalName(table) === name);
  if (found === undefined) throw new Error(`no ${name}`);
  return found;
}

function inNamespace(schema: TableSchema, namespace: string): TableSchema {
  if (namespace === "default") return schema;
  const own = `${schema.namespace}_${namespace}`;
  return { ...schema, namespace: own, physical: `prod_${own}.${schema.table}` };
}

/** The tables of a ledger, with the rows that these transactions leave behind; the last of an asset has its metadata. */
export function ledgerOf(written: readonly Written[], options: LedgerOptions = {}): MemoryTables {
  const namespaces = ["default", ...(options.namespaces ?? [])];
  const tables = [
    schemaOf("coordinator.state"),
    ...namespaces.flatMap((namespace) => [
      inNamespace(schemaOf("scalar.asset"), namespace),
      inNamespace(schemaOf("scalar.asset_metadata"), namespace),
    ]),
    ...(options.records === true ? [schemaOf("app.account")] : []),
  ];
  const rows = new Map(tables.map((table): [string, Row[]] => [logicalName(table), []]));
  const add = (table: string, row: Row) => rows.get(table)?.push(row);
  const latest = new Map<string, Row>();
  for (const each of written) {
    for (const row of decisionsOf(each)) add("coordinator.state", row);
    for (const name of each.assets ?? []) {
      const { namespace, id, age } = parsed(name);
      const suffix = namespace === "default" ? "" : `_${namespace}`;
      add(`scalar${suffix}.asset`, assetRow(each, name));
      const metadata = `scalar${suffix}.asset_metadata`;
      const key = `${metadata} ${id}`;
      if (Number(latest.get(key)?.["latest_age"] ?? -1) < age)
        latest.set(key, { asset_id: id, latest_age: age, ...columnsOf(each, age + 1, latest.get(key)) });
    }
  }
  if (options.direct !== true) for (const [key, row] of latest) add(key.split(" ")[0] ?? "", row);
  return { tables, rows };
}

export interface LedgerOptions {
  readonly namespaces?: readonly string[];
  readonly records?: boolean;
  /** Direct asset access: no metadata. */
  readonly direct?: boolean;
}

function parsed(name: string): { readonly namespace: string; readonly id: string; readonly age: number } {
  const [, namespace = "default", id = "", age = "0"] = /^(?:(\w+):)?([^/]+)\/(\d+)$/.exec(name) ?? [];
  return { namespace, id, age: Number(age) };
}

function decisionsOf({ transaction, atMs, stage = "committed" }: Written): readonly Row[] {
  if (stage === "prepared" || stage === "gone") return [];
  const isAborted = stage === "aborted" || stage === "spurious";
  return [{ tx_id: transaction, tx_state: isAborted ? 4 : 3, tx_created_at: isAborted ? atMs + 10 : atMs }];
}

/** What Consensus Commit keeps of itself, with what was there before where it is in doubt. */
export function columnsOf(
  { transaction, atMs, stage = "committed" }: Written,
  version: number,
  before?: Row,
): Row {
  const prepared = { tx_id: transaction, tx_version: version, tx_prepared_at: atMs - PREPARED_BEFORE_MS };
  if (["committed", "gone", "spurious"].includes(stage))
    return { ...prepared, tx_state: 3, tx_committed_at: atMs };
  const image = Object.entries(before ?? {}).filter(([name]) => name !== "asset_id" && name !== "id");
  const images = Object.fromEntries(image.map(([name, value]): [string, Value] => [`before_${name}`, value]));
  return { ...prepared, tx_state: 1, ...images };
}

/** Hashes are not right: settling does not look at them, and verification is given the real copies. */
function assetRow(written: Written, name: string): Row {
  const { id, age } = parsed(name);
  const own = (written.assets ?? []).map(parsed).filter((each) => each.age > 0);
  const read = [...own.map((each) => ({ ...each, age: each.age - 1 })), ...(written.reads ?? []).map(parsed)];
  return {
    id,
    age,
    argument: `V3\u0001${written.transaction}\u0003default\u0003${written.functions ?? ""}\u0003{}`,
    input: JSON.stringify(inputOf(read)),
    output: "{}",
    contract_id: "bob/1/move",
    signature: new Uint8Array(2),
    hash: new Uint8Array(32),
    ...columnsOf(written, 1),
  };
}

function inputOf(read: readonly ReturnType<typeof parsed>[]): object {
  if (read.length === 0) return {};
  const byNamespace = Map.groupBy(read, ({ namespace }) => namespace);
  const ages = [...byNamespace].map(([namespace, assets]) => [
    namespace,
    Object.fromEntries(assets.map(({ id, age }) => [id, { age }])),
  ]);
  return { ...Object.fromEntries(ages), _version: 2 };
}

/** The tables with one row of a table changed. */
export function withRow(
  tables: MemoryTables,
  name: string,
  of: (row: Row) => boolean,
  change: Readonly<Record<string, Value>>,
): MemoryTables {
  return changed(tables, name, (rows) => rows.map((row) => (of(row) ? { ...row, ...change } : row)));
}
